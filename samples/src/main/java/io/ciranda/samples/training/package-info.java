/**
 * What all trainings from the command line have in common, whatever is learned: {@link
 * io.ciranda.samples.training.OptimizationOptions} are the options, {@link
 * io.ciranda.samples.training.TrainingSession} drives a trainer from the start, or a checkpoint, to
 * the end, a time limit or Ctrl-C.
 *
 * <p>A training keeps its files beside each other under the model's name:
 *
 * <pre>
 * NAME.safetensors      the model of the best validation
 * NAME.checkpoint       all that a resumed run needs
 * NAME.loss.csv .png    the loss curve as numbers and as pictures
 * NAME.summary.json     command, environment, configuration, results
 * </pre>
 */
package io.ciranda.samples.training;
