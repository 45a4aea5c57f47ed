package io.ciranda.testing;

import java.io.IOException;

/**
 * A second look at what C2 made of some code. It decides anew in every JVM, by what else ran there
 * and when; in about one of twenty that run all kernels at once it builds the vectors of some
 * kernel as objects, and in the next JVM it does not. So an assertion about compiled code that
 * fails is made again where nothing else has run, and counts if it fails there twice.
 */
public final class FreshJvm {
  private static final int LOOKS = 2;

  private FreshJvm() {}

  /**
   * Runs {@code check}, and if it fails {@code main} with {@code arguments}, which is to make the
   * same check and to end badly if it fails.
   */
  public static void looksAgain(Runnable check, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    try {
      check.run();
    } catch (AssertionError here) {
      System.err.printf("%s: in a fresh JVM again, for %s%n", main.getSimpleName(), here);
      for (int look = 1; ; look++) {
        try {
          new ChildJvm().run(main, arguments);
          return;
        } catch (AssertionError there) {
          here.addSuppressed(there);
          if (look == LOOKS) {
            throw here;
          }
        }
      }
    }
  }
}
