package io.ciranda.samples.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that does something. Its result is what {@code --json} prints. */
public abstract class CirandaCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /**
   * Does the work and tells a person about it through {@code console}.
   *
   * @return the result, a record or a map, for {@link Console#result}; or {@link Missed}
   * @throws UserException where the user can mend what is wrong
   */
  protected abstract Object run(Console console) throws Exception;

  /** The words of the command line, as they were typed. */
  protected final List<String> commandLine() {
    return spec.root().commandLine().getParseResult().originalArgs();
  }

  /**
   * Wrong usage, exit code 2, where an option's value makes no sense: {@code message} says expected
   * and actual.
   */
  protected final void require(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  /**
   * The value, or wrong usage, exit code 2, with the message of the IllegalArgumentException that
   * an option's value caused.
   */
  protected final <T> T checked(Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /**
   * Wrong usage, exit code 2, where a file that is to be written is one of those beside it.
   *
   * @param written null where nothing is
   * @param others those that are read, or written by other options; null for none
   */
  protected final void requireOther(String option, Path written, Path... others)
      throws IOException {
    for (Path other : others) {
      boolean same = written != null && other != null && isSame(written, other);
      require(!same, "%s: expected a file of its own, actual %s".formatted(option, written));
    }
  }

  private static boolean isSame(Path a, Path b) throws IOException {
    return (Files.exists(a) && Files.exists(b))
        ? Files.isSameFile(a, b)
        : a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
  }

  /**
   * Runs another command line as if it had been typed; its results are for a person to read.
   *
   * @return its exit code
   */
  protected final int runCommand(List<String> arguments) throws Exception {
    RootCommand root = (RootCommand) spec.root().userObject();
    List<String> all = new ArrayList<>(arguments);
    if (root.quiet()) {
      all.add("--quiet");
    }
    if (root.verbose()) {
      all.add("--verbose");
    }
    PrintWriter err = spec.commandLine().getErr();
    PrintWriter out = root.json() ? err : spec.commandLine().getOut();
    RootCommand fresh = CommandLine.defaultFactory().create(root.getClass());
    return new CommandRunner(fresh).writingTo(out, err).run(all.toArray(String[]::new));
  }

  @Override
  public final Integer call() throws Exception {
    Console console = Console.of(spec);
    Object result = run(console);
    if (result instanceof Missed missed) {
      console.result(missed.result());
      throw new UserException(missed.message());
    }
    console.result(result);
    return 0;
  }
}
