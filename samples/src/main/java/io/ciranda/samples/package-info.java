/**
 * The {@code ciranda} command line. {@link io.ciranda.samples.Ciranda} is the root of the commands;
 * {@link io.ciranda.samples.lm.Demo} is the project's main job.
 *
 * <p>Arrows between the packages: {@code samples -> reference, lm, table, infer, lecture -> report,
 * text -> cli}; {@code sequence -> text} is examples to be copied, no commands. A new command
 * extends {@link io.ciranda.samples.cli.CirandaCommand} and is named in the {@code subcommands} of
 * its group.
 */
package io.ciranda.samples;
