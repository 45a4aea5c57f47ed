package io.ciranda.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Far more callers than OpenBLAS has buffers (128 in the bundled build). What goes wrong there it
 * says on its own standard error, or dies of: hence a JVM of its own.
 */
class BlasThreadsTest {
  @Test
  void platformThreads() throws IOException, InterruptedException {
    assertAllRight(new ChildJvm().run(ManyCallers.class, "platform", "300", "12"));
  }

  /**
   * Without the bound this one fails every time, the others where enough threads are interrupted
   * inside OpenBLAS.
   */
  @Test
  void platformThreadsWhileOpenBlasHasItsOwn() throws IOException, InterruptedException {
    assertAllRight(
        new ChildJvm()
            .property(BlasLibrary.THREADS_PROPERTY, "2")
            .run(ManyCallers.class, "platform", "300", "1"));
  }

  @Test
  void virtualThreadsOnManyCarriers() throws IOException, InterruptedException {
    assertAllRight(
        new ChildJvm()
            .property("jdk.virtualThreadScheduler.parallelism", "250")
            .property("jdk.virtualThreadScheduler.maxPoolSize", "300")
            .run(ManyCallers.class, "virtual", "300", "12"));
  }

  private static void assertAllRight(ChildJvm.Result result) {
    assertEquals(new ChildJvm.Result(0, "all right" + System.lineSeparator(), ""), result);
  }
}
