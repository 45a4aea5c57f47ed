package io.ciranda.samples.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** How a command that went wrong is told: a line or two on standard error, and the exit code. */
final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {

  @Override
  public int handleParseException(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("ciranda: " + wrong.getMessage());
    UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
    err.flush();
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  @Override
  public int handleExecutionException(Exception thrown, CommandLine command, ParseResult parsed) {
    return tell(thrown instanceof UncheckedIOException e ? e.getCause() : thrown, command);
  }

  /** Tells what was thrown; errors such as a full heap included. */
  static int tell(Throwable thrown, CommandLine command) {
    RootCommand root = (RootCommand) command.getCommandSpec().root().userObject();
    PrintWriter err = command.getErr();
    err.println("ciranda: " + message(thrown));
    if (root.verbose()) {
      thrown.printStackTrace(err);
    } else if (!isExpected(thrown)) {
      err.println("Add --verbose to see where it happened.");
    }
    err.flush();
    return command.getCommandSpec().exitCodeOnExecutionException();
  }

  /**
   * Whether the message alone tells enough: the engine's own checks say what they expected and got.
   */
  private static boolean isExpected(Throwable thrown) {
    return thrown instanceof UserException
        || thrown instanceof IOException
        || thrown instanceof OutOfMemoryError
        || thrown.getClass().getName().startsWith("io.ciranda.");
  }

  private static String message(Throwable thrown) {
    return switch (thrown) {
      case NoSuchFileException e -> "no such file or folder: " + e.getFile();
      case FileAlreadyExistsException e -> "exists already: " + e.getFile();
      case AccessDeniedException e -> "not allowed to read or write: " + e.getFile();
      case OutOfMemoryError e ->
          "out of memory (%s). Give the JVM more: CIRANDA_OPTS=-Xmx8g, or ask for a smaller model or batch."
              .formatted(e.getMessage());
      case Throwable e when e.getMessage() == null -> e.toString();
      case IllegalArgumentException e -> e.getMessage();
      default -> isExpected(thrown) ? thrown.getMessage() : thrown.toString();
    };
  }
}
