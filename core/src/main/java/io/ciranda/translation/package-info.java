/**
 * Sequence to sequence: read a whole sentence, write another. Nothing here assumes natural
 * language; a source and a target are symbols of two {@link io.ciranda.text.TextCodec}s.
 *
 * <p>{@link io.ciranda.translation.TranslationModel} is a network with its two codecs, {@link
 * io.ciranda.translation.TranslationTrainer} trains it on pairs, {@link
 * io.ciranda.translation.Translator} translates with it: greedily, by beam search or by sampling,
 * many sentences at once.
 *
 * <p>Three architectures, in the order in which a lecture meets them ({@link
 * io.ciranda.translation.Architecture}); each is one subclass of {@code TranslationNetwork}, which
 * knows how to encode a batch and how to run its decoder over given target symbols. Training runs
 * it over whole targets (teacher forcing), decoding one symbol at a time: the same code.
 *
 * <p>A translator has a network of its own over the model's parameters: weights packed in the
 * precision that is asked for, embeddings folded into what reads them ({@code
 * TranslationNetwork.fold}), so that a step of one sentence, which takes the time of reading the
 * weights, reads fewer.
 *
 * <p>A source ends with {@code </s>}; a target is fed as {@code <s> y1 .. yn} and must come out as
 * {@code y1 .. yn </s>}. Batches are padded; lengths mask what is padded.
 *
 * <p>Letters: S source steps, T target steps, B sentences of a batch, R rows of the decoder (B in
 * training, one a hypothesis in decoding), E embedding, H hidden, N annotation, V vocabulary.
 */
package io.ciranda.translation;
