package io.ciranda.samples.lm;

import io.ciranda.samples.cli.CommandGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code ciranda lm}. */
@Command(
    name = "lm",
    description = "Recurrent language models, by character or by word.",
    subcommands = {Train.class, Evaluate.class, Sample.class, HelpCommand.class})
public final class LanguageModelCommands extends CommandGroup {}
