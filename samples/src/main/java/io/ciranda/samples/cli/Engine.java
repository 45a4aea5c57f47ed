package io.ciranda.samples.cli;

import io.ciranda.kernel.Backend;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Who does the arithmetic of a command. */
public final class Engine {
  /**
   * The commands tell the engine's advice themselves. Held here: a logger that nobody holds is
   * forgotten.
   */
  private static final Logger LOG = Logger.getLogger("io.ciranda.kernel");

  private Engine() {}

  /**
   * The backend of this JVM.
   *
   * @throws UserException where a property asks for kernels that cannot run here
   */
  public static Backend backend() {
    LOG.setLevel(Level.OFF);
    try {
      return Backend.best();
    } catch (IllegalStateException e) {
      throw new UserException(e.getMessage(), e);
    }
  }

  /** As above, and {@code console} says what would be better. */
  public static Backend backend(Console console) {
    Backend backend = backend();
    backend.advice().forEach(console::narrate);
    return backend;
  }
}
