package io.ciranda.translation;

/**
 * A source and its translation as ids, without {@code <s>} and {@code </s>}.
 *
 * @param source ids of the source codec
 * @param target ids of the target codec
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SentencePair(int[] source, int[] target) {
  /** Symbols to be predicted, {@code </s>} included. */
  int targets() {
    return target.length + 1;
  }
}
