package io.ciranda.samples.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that does something. Its result is what {@code --json} prints. */
public abstract class CirandaCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /**
   * Does the work and tells a person about it through {@code console}.
   *
   * @return the result, a record or a map, for {@link Console#result}
   * @throws UserException where the user can mend what is wrong
   */
  protected abstract Object run(Console console) throws Exception;

  /** The words of the command line, as they were typed. */
  protected final List<String> commandLine() {
    return spec.root().commandLine().getParseResult().originalArgs();
  }

  /** Wrong usage, exit code 2, where an option's value makes no sense: {@code message} says expected and actual. */
  protected final void require(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  @Override
  public final Integer call() throws Exception {
    Console console = Console.of(spec);
    console.result(run(console));
    return 0;
  }
}
