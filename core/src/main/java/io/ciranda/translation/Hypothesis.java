package io.ciranda.translation;

/**
 * A target that decoding came to.
 *
 * @param ids its symbols, without {@code </s>}
 * @param isFinished whether {@code </s>} ended it; else the maximum length did
 * @param logProbability of all its symbols, in nats
 * @param score by which hypotheses are compared: {@link Decoding#lengthPenalty}
 * @param attention {@code [T][S]}, what each symbol, {@code </s>} included, looked at; each row
 *     sums to 1; empty without attention
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Hypothesis(
    int[] ids, boolean isFinished, double logProbability, double score, float[][] attention) {}
