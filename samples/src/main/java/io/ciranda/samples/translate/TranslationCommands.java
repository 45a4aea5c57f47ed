package io.ciranda.samples.translate;

import io.ciranda.samples.cli.CommandGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code ciranda translate}. */
@Command(
    name = "translate",
    description =
        "Sequence to sequence: learn from pairs, translate, measure, look at the attention.",
    subcommands = {
      Train.class,
      Run.class,
      Evaluate.class,
      Attend.class,
      Demo.class,
      Lengths.class,
      HelpCommand.class
    })
public final class TranslationCommands extends CommandGroup {}
