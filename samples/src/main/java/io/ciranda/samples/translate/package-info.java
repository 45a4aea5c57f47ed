/**
 * The {@code translate} commands: train models that read one sequence and write another, translate
 * with them, measure them, and look at their attention.
 *
 * <p>{@link io.ciranda.samples.translate.TranslationJob} is one training from sentence pairs to
 * model; the commands only fill it in. What it leaves: {@code io.ciranda.samples.training}.
 */
package io.ciranda.samples.translate;
