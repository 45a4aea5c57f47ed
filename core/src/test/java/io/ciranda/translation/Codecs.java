package io.ciranda.translation;

import static java.util.stream.Collectors.joining;

import io.ciranda.text.TextCodec;
import java.util.List;
import java.util.stream.IntStream;

/** Codecs to test with. */
final class Codecs {
  private Codecs() {}

  /** A codec with that many symbols. */
  static TextCodec ofSize(int size) {
    String words = IntStream.range(3, size).mapToObj(i -> "w" + i).collect(joining(" "));
    return TextCodec.learn(List.of(words), TextCodec.Options.of(TextCodec.Level.WORD));
  }
}
