/**
 * The thin model API: whole tasks over the layers below.
 *
 * <p>{@link io.ciranda.model.LanguageModel}: config, vocabulary and weights of a recurrent language
 * model, saved as one safetensors file. {@link io.ciranda.model.LanguageModelTrainer} trains it by
 * truncated BPTT with checkpoints; {@link io.ciranda.model.LanguageModelEvaluator} measures it,
 * {@link io.ciranda.model.DynamicEvaluation} while it goes on learning; {@link
 * io.ciranda.model.LanguageModelSampler} writes with it.
 *
 * <p>Model files hold PyTorch's names ({@code embedding.weight}, {@code rnn.weight_ih_l0} ...,
 * {@code output.weight}, {@code output.bias}); everything else that is needed to use the weights is
 * in the file's metadata under names that begin with {@code ciranda.}.
 */
package io.ciranda.model;
