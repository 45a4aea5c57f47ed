package io.ciranda.samples.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
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

  @Override
  public final Integer call() throws Exception {
    Console console = Console.of(spec);
    console.result(run(console));
    return 0;
  }
}
