package io.ciranda.samples.table;

import io.ciranda.samples.cli.CommandGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code ciranda sequence}. */
@Command(
    name = "sequence",
    description = "Labels and forecasts of sequences that are rows of a CSV file.",
    subcommands = {Train.class, Evaluate.class, Predict.class, HelpCommand.class})
public final class SequenceCommands extends CommandGroup {}
