package io.ciranda.translation;

import java.util.Locale;

/** How a source becomes a target. */
public enum Architecture {
  /**
   * An output for each input word: the lecture's first idea, and the reason for the others. Output
   * t can only be the t-th word, whatever the order of the other language.
   */
  WORD_BY_WORD,
  /**
   * An encoder reads the source, its last state starts the decoder (Sutskever et al. 2014; the
   * source is read in reverse, section 3.3). All that is known of the source is that state.
   */
  ENCODER_DECODER,
  /** A bidirectional encoder, and a decoder that looks back at it (Bahdanau et al. 2015). */
  ATTENTION;

  /** The name in options and model files: {@code encoder-decoder}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The architecture of that label.
   *
   * @throws IllegalArgumentException listing the labels there are
   */
  public static Architecture of(String label) {
    for (Architecture architecture : values()) {
      if (architecture.label().equals(label)) {
        return architecture;
      }
    }
    throw new IllegalArgumentException(
        "architecture: expected word-by-word, encoder-decoder or attention, actual '%s'"
            .formatted(label));
  }
}
