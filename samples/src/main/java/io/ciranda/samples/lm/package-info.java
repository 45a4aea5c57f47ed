/**
 * The {@code lm} commands: train, evaluate and sample recurrent language models.
 *
 * <p>{@link io.ciranda.samples.lm.TrainingJob} is one training from texts to report; the commands
 * {@code lm train} and {@code demo} only fill it in. What it leaves: {@code
 * io.ciranda.samples.training}.
 */
package io.ciranda.samples.lm;
