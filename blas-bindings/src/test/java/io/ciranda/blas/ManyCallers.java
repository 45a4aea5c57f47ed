package io.ciranda.blas;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Main class of a child JVM: many threads multiply at once and compare each result. A product is
 * large enough for OpenBLAS to share it among its own threads, if it has some: then callers queue
 * inside, each with a buffer.
 */
final class ManyCallers {
  private static final int SIZE = 192;

  private static volatile boolean started;

  private ManyCallers() {}

  public static void main(String[] args) throws InterruptedException {
    Thread.Builder builder =
        switch (args[0]) {
          case "platform" -> Thread.ofPlatform();
          case "virtual" -> Thread.ofVirtual();
          default -> throw new IllegalArgumentException(args[0]);
        };
    int count = Integer.parseInt(args[1]);
    int rounds = Integer.parseInt(args[2]);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment a = arena.allocate(JAVA_FLOAT, SIZE * SIZE);
      MemorySegment b = arena.allocate(JAVA_FLOAT, SIZE * SIZE);
      for (int i = 0; i < SIZE * SIZE; i++) {
        a.setAtIndex(JAVA_FLOAT, i, i % 7 - 3);
        b.setAtIndex(JAVA_FLOAT, i, i % 5 - 2);
      }
      MemorySegment expected = naiveProduct(arena, a, b);
      AtomicInteger right = new AtomicInteger();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < count; t++) {
        MemorySegment c = arena.allocate(JAVA_FLOAT, SIZE * SIZE);
        threads.add(
            builder.start(
                () -> {
                  awaitStart();
                  for (int round = 0; round < rounds; round++) {
                    c.fill((byte) -1);
                    Blas.sgemm(false, false, SIZE, SIZE, SIZE, 1f, a, SIZE, b, SIZE, 0f, c, SIZE);
                    if (c.mismatch(expected) == -1) {
                      right.incrementAndGet();
                    }
                  }
                }));
      }
      started = true;
      for (Thread thread : threads) {
        thread.join();
      }
      System.out.println(right.get() == count * rounds ? "all right" : "right: " + right);
    }
  }

  /**
   * By a look every millisecond: a latch wakes its waiters one after the other, and the first are
   * done before the last.
   */
  private static void awaitStart() {
    try {
      while (!started) {
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Exact: the sums are small integers. */
  private static MemorySegment naiveProduct(Arena arena, MemorySegment a, MemorySegment b) {
    MemorySegment c = arena.allocate(JAVA_FLOAT, SIZE * SIZE);
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < SIZE; j++) {
        float sum = 0;
        for (int k = 0; k < SIZE; k++) {
          sum += a.getAtIndex(JAVA_FLOAT, i * SIZE + k) * b.getAtIndex(JAVA_FLOAT, k * SIZE + j);
        }
        // + 0f: OpenBLAS may give the other zero.
        c.setAtIndex(JAVA_FLOAT, i * SIZE + j, sum + 0f);
      }
    }
    return c;
  }
}
