package io.ciranda.samples.lecture;

import io.ciranda.samples.cli.CommandGroup;
import io.ciranda.samples.lecture.units.Compare;
import io.ciranda.samples.lecture.units.Sum;
import picocli.CommandLine.Command;

/** {@code ciranda example}: the one place where the examples are named. */
@Command(
    name = "example",
    description = {
      "The examples of the lecture, each as one command; 'ciranda examples' lists them.",
      "Leaves pictures, their numbers and a summary in a folder of its own. A result that misses what must hold is exit code 1."
    },
    subcommands = {Sum.class, Compare.class})
public final class Examples extends CommandGroup {}
