package io.ciranda.samples.translate;

import io.ciranda.text.BytePairEncoding;
import io.ciranda.text.TextCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options that say what sentences are made of. */
final class CodecOptions {
  private static final int MERGES = 8000;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      defaultValue = "word",
      description =
          "What sentences are made of. word: words and punctuation marks; char: characters; subword: parts of words, frequent words whole (default: ${DEFAULT-VALUE}).")
  private TextCodec.Level level;

  @Option(
      names = "--merges",
      paramLabel = "N",
      description =
          "For --level subword: how often two neighbours become one symbol (default: "
              + MERGES
              + ").")
  private Integer merges;

  @Option(
      names = "--shared-merges",
      description =
          "For --level subword: learn the merges from both languages together, so that names are split alike.")
  private boolean sharedMerges;

  @Option(
      names = "--min-count",
      paramLabel = "N",
      description = "Read what occurs less often as <unk> (default: 2 for words, 1 for others).")
  private Integer minCount;

  @Option(
      names = "--vocabulary",
      paramLabel = "V",
      description = "Keep the V most frequent symbols of each language (default: keep all).")
  private Integer vocabulary;

  @Option(names = "--lowercase", description = "Make all text lower case.")
  private boolean lowercase;

  /** How both languages become symbols. */
  record Codecs(TextCodec source, TextCodec target) {}

  /** Throws IllegalArgumentException with expected and actual where a value makes no sense. */
  Learner learner() {
    boolean bySubword = level == TextCodec.Level.SUBWORD;
    if (!bySubword && (merges != null || sharedMerges)) {
      throw new IllegalArgumentException(
          "--merges, --shared-merges: only for --level subword, actual --level "
              + level.name().toLowerCase(Locale.ROOT));
    }
    TextCodec.Options options =
        TextCodec.Options.of(level)
            .withMinCount(minCount != null ? minCount : level == TextCodec.Level.WORD ? 2 : 1)
            .withLowercase(lowercase);
    if (bySubword) {
      options = options.withMerges(merges == null ? MERGES : merges);
    }
    if (vocabulary != null) {
      options = options.withLimit(vocabulary);
    }
    return new Learner(options, sharedMerges);
  }

  /** How codecs are learned. */
  record Learner(TextCodec.Options options, boolean sharedMerges) {
    /** Learns the symbols of both sides. */
    Codecs learn(ParallelText text) {
      if (!sharedMerges) {
        return new Codecs(
            TextCodec.learn(text.sources(), options), TextCodec.learn(text.targets(), options));
      }
      List<String> both = new ArrayList<>(text.sources());
      both.addAll(text.targets());
      BytePairEncoding merges = TextCodec.learnMerges(both, options);
      return new Codecs(
          TextCodec.learn(text.sources(), options, merges),
          TextCodec.learn(text.targets(), options, merges));
    }
  }
}
