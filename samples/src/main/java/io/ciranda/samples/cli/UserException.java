package io.ciranda.samples.cli;

/**
 * Something that the user can mend. The message says what is wrong, with expected and actual, and
 * what to type; it is shown without a stack trace.
 */
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** {@code message} may have two lines: what is wrong, what to type. */
  public UserException(String message) {
    super(message);
  }

  /** As above; {@code cause} is seen under {@code --verbose}. */
  public UserException(String message, Throwable cause) {
    super(message, cause);
  }
}
