package io.ciranda.parallel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HashSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TeamTest {
  /** More than the spins of a waiting worker, so that some rounds begin with a sleeping one. */
  private static final int ROUNDS = 2_000;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void eachWorkerRunsOnceARoundAndSeesWhatTheRoundBeforeWrote(int size) {
    long[] counts = new long[size]; // plain memory: the team itself must publish it
    try (var team = new Team(size)) {
      assertEquals(size, team.size());
      for (int round = 1; round <= ROUNDS; round++) {
        long expected = round - 1L;
        team.run(
            worker -> {
              for (long count : counts.clone()) {
                if (count != expected && count != expected + 1) {
                  throw new AssertionError("expected about " + expected + ", actual " + count);
                }
              }
              counts[worker]++;
            });
        for (long count : counts) {
          assertEquals(round, count);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whoMeetsSeesWhatTheOthersWroteBefore(int size) {
    long[] counts = new long[size];
    try (var team = new Team(size)) {
      team.run(
          worker -> {
            for (int step = 1; step <= ROUNDS; step++) {
              counts[worker]++;
              team.meet();
              for (long count : counts.clone()) {
                if (count != step) {
                  throw new AssertionError("expected " + step + ", actual " + count);
                }
              }
              team.meet();
            }
          });
    }
    for (long count : counts) {
      assertEquals(ROUNDS, count);
    }
  }

  @Test
  void nobodyWaitsForAWorkerThatHasFailed() {
    try (var team = new Team(2)) {
      var problem = new IllegalStateException("bad");
      for (int round = 0; round < 2; round++) {
        assertSame(
            problem,
            assertThrows(
                IllegalStateException.class,
                () ->
                    team.run(
                        worker -> {
                          if (worker == 1) {
                            throw problem;
                          }
                          team.meet();
                        })));
      }
      team.run(_ -> team.meet());
    }
  }

  @Test
  void theCallerIsWorkerZeroAndEveryWorkerKeepsItsThread() {
    var threads = new Thread[3];
    try (var team = new Team(3)) {
      team.run(worker -> threads[worker] = Thread.currentThread());
      Thread[] first = threads.clone();
      assertSame(Thread.currentThread(), first[0]);
      assertEquals(3, new HashSet<>(Arrays.asList(first)).size());
      team.run(worker -> threads[worker] = Thread.currentThread());
      assertArrayEquals(first, threads);
    }
  }

  @Test
  void whatAWorkerThrowsIsThrownAfterTheOthersHaveEnded() {
    try (var team = new Team(3)) {
      for (int bad = 0; bad < 3; bad++) {
        for (Throwable problem :
            new Throwable[] {new IllegalStateException("bad"), new AssertionError("bad")}) {
          int thrower = bad;
          var ended = new AtomicInteger();
          Throwable thrown =
              assertThrows(
                  Throwable.class,
                  () ->
                      team.run(
                          worker -> {
                            if (worker == thrower) {
                              throwUnchecked(problem);
                            }
                            pause();
                            ended.incrementAndGet();
                          }));
          assertSame(problem, thrown);
          assertEquals(2, ended.get());
          team.run(worker -> ended.incrementAndGet());
          assertEquals(5, ended.get(), "the team works on");
        }
      }
    }
  }

  private static void throwUnchecked(Throwable problem) {
    if (problem instanceof Error e) {
      throw e;
    }
    throw (RuntimeException) problem;
  }

  /** Long enough for a thrower to be done first. */
  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aWorkerMayWakeUpLate() {
    var rounds = new AtomicInteger();
    try (var team = new Team(2)) {
      for (int i = 0; i < 5; i++) {
        pause(); // the worker is parked by now
        team.run(
            worker -> {
              if (worker == 1) {
                pause(); // the caller is parked by now
              }
              rounds.incrementAndGet();
            });
      }
    }
    assertEquals(10, rounds.get());
  }

  @Test
  void theThreadsEndWithTheTeam() throws InterruptedException {
    var threads = new Thread[3];
    try (var team = new Team(3)) {
      team.run(worker -> threads[worker] = Thread.currentThread());
    }
    for (int i = 1; i < 3; i++) {
      threads[i].join(60_000);
      assertFalse(threads[i].isAlive());
    }
  }

  @Test
  void aClosedTeamAndATeamOfNobodyAreRefused() {
    var team = new Team(2);
    team.close();
    team.close();
    var closed = assertThrows(IllegalStateException.class, () -> team.run(worker -> {}));
    assertEquals("the team is closed", closed.getMessage());
    var nobody = assertThrows(IllegalArgumentException.class, () -> new Team(0));
    assertEquals("threads: expected at least 1, actual 0", nobody.getMessage());
  }
}
