/**
 * The {@code lm} commands: train, evaluate and sample recurrent language models.
 *
 * <p>{@link io.ciranda.samples.lm.TrainingJob} is one training from texts to report; the commands
 * {@code lm train} and {@code demo} only fill it in. A job keeps its files beside each other under
 * the model's name:
 *
 * <pre>
 * NAME.safetensors      the model of the best validation
 * NAME.checkpoint       all that a resumed run needs; see LanguageModelTrainer
 * NAME.loss.csv .png    the loss curve as numbers and as pictures
 * NAME.summary.json     command, environment, configuration, results
 * </pre>
 */
package io.ciranda.samples.lm;
