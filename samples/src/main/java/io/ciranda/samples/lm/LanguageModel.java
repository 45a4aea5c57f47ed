package io.ciranda.samples.lm;

import io.ciranda.samples.cli.CommandGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code ciranda lm}: the group of the language model commands. */
@Command(
    name = "lm",
    description = "Recurrent language models, by character or by word.",
    subcommands = HelpCommand.class)
public final class LanguageModel extends CommandGroup {}
