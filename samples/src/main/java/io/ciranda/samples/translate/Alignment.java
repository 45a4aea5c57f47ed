package io.ciranda.samples.translate;

import io.ciranda.samples.report.HeatMap;
import io.ciranda.text.BytePairEncoding;
import io.ciranda.text.TextCodec;
import io.ciranda.translation.Translation;
import io.ciranda.translation.TranslationModel;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What each symbol of a translation looked at, with symbols as a person reads them.
 *
 * @param source with {@code </s>}
 * @param target with {@code </s>}, if that ended it
 * @param weights {@code [target][source]}, rows of sum 1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Alignment(List<String> source, List<String> target, float[][] weights) {

  static Alignment of(TranslationModel model, Translation translation) {
    return new Alignment(
        shown(model.source(), translation.source()),
        shown(model.target(), translation.target()),
        translation.attention());
  }

  /** Without marks of blanks and ends of words; a part of a word that goes on ends with @@. */
  private static List<String> shown(TextCodec codec, List<String> symbols) {
    return symbols.stream().map(symbol -> shown(codec.level(), symbol)).toList();
  }

  private static String shown(TextCodec.Level level, String symbol) {
    if (symbol.equals(TextCodec.END) || symbol.equals(TextCodec.UNKNOWN)) {
      return symbol;
    }
    String bare = symbol.replace(TextCodec.BLANK, "");
    return switch (level) {
      case WORD -> bare;
      case CHAR -> bare.isEmpty() ? "_" : bare;
      case SUBWORD ->
          bare.endsWith(BytePairEncoding.END_OF_WORD)
              ? bare.substring(0, bare.length() - BytePairEncoding.END_OF_WORD.length())
              : bare + "@@";
    };
  }

  HeatMap heatMap() {
    return new HeatMap(source, target, weights);
  }

  /** Of each symbol of the target, a line with the source's that it looked at most. */
  List<String> lines() {
    int width = target.stream().mapToInt(String::length).max().orElse(1);
    return IntStream.range(0, target.size())
        .mapToObj(
            i -> {
              int most = most(weights[i]);
              return ("%-" + width + "s  %.2f %s")
                  .formatted(target.get(i), weights[i][most], source.get(most));
            })
        .toList();
  }

  private static int most(float[] row) {
    int most = 0;
    for (int j = 1; j < row.length; j++) {
      most = row[j] > row[most] ? j : most;
    }
    return most;
  }
}
