package io.ciranda.samples;

import io.ciranda.samples.cli.CommandRunner;
import io.ciranda.samples.cli.RootCommand;
import io.ciranda.samples.infer.Infer;
import io.ciranda.samples.infer.Inspect;
import io.ciranda.samples.lecture.Examples;
import io.ciranda.samples.lecture.ListExamples;
import io.ciranda.samples.lm.Demo;
import io.ciranda.samples.lm.LanguageModelCommands;
import io.ciranda.samples.reference.Reference;
import io.ciranda.samples.soak.Soak;
import io.ciranda.samples.table.SequenceCommands;
import io.ciranda.samples.translate.TranslationCommands;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The {@code ciranda} command. */
@Command(
    name = "ciranda",
    description = "Recurrent networks on the CPU, trained and run on the JVM.",
    subcommands = {
      Demo.class,
      LanguageModelCommands.class,
      TranslationCommands.class,
      SequenceCommands.class,
      Infer.class,
      Inspect.class,
      ListExamples.class,
      Examples.class,
      Reference.class,
      Soak.class,
      Doctor.class,
      HelpCommand.class
    })
public final class Ciranda extends RootCommand {

  /** Runs the command line and ends the JVM with its exit code: 0 done, 1 failed, 2 wrong usage. */
  public static void main(String[] arguments) {
    // Numbers look the same everywhere, in tables, files and documentation.
    Locale.setDefault(Locale.ROOT);
    System.exit(new CommandRunner(new Ciranda()).run(arguments));
  }
}
