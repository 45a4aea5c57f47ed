package io.ciranda.translation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.infer.Sampling;
import io.ciranda.io.ModelFileException;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Precision;
import io.ciranda.nn.Attention;
import io.ciranda.nn.Cell;
import io.ciranda.testing.Values;
import io.ciranda.text.TextCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole sentences through models with large random weights, which say much and mean nothing. */
class TranslatorTest {
  private static final List<String> LINES =
      List.of("a man , a dog", "", "the dog", "γάτα 犬 !", "a", "the man the man the man the dog");

  @TempDir Path folder;

  static Stream<TranslationModel.Config> configs() {
    return Stream.of(
        TranslationModel.Config.of(Architecture.WORD_BY_WORD, Cell.RNN, 8, 8, 0),
        TranslationModel.Config.of(Architecture.ENCODER_DECODER, Cell.LSTM, 8, 8, 0),
        TranslationModel.Config.of(Architecture.ENCODER_DECODER, Cell.GRU, 8, 8, 0).withContext(),
        TranslationModel.Config.of(Architecture.ATTENTION, Cell.GRU, 8, 8, 0),
        new TranslationModel.Config(
            Architecture.ATTENTION,
            Cell.LSTM,
            8,
            8,
            2,
            false,
            Attention.Score.DOT,
            0,
            true,
            false,
            0),
        new TranslationModel.Config(
            Architecture.ATTENTION,
            Cell.RNN,
            8,
            8,
            1,
            false,
            Attention.Score.GENERAL,
            0,
            true,
            true,
            0));
  }

  private static TranslationModel untrained(TranslationModel.Config config) {
    var options = TextCodec.Options.of(TextCodec.Level.WORD);
    return TranslationModel.create(
        config,
        TextCodec.learn(List.of("a the man dog ,"), options),
        TextCodec.learn(List.of("un le homme chien ,"), options),
        Backend.best(),
        0);
  }

  private static TranslationModel model(TranslationModel.Config config) {
    TranslationModel model = untrained(config);
    model
        .parameters()
        .all()
        .forEach(
            p -> {
              float[] values = Values.floats(p.name(), p.value().size());
              for (int i = 0; i < values.length; i++) {
                values[i] *= 2;
              }
              p.value().copyFrom(values);
            });
    model.parameters().changed();
    return model;
  }

  private static List<String> texts(Translator translator, List<String> lines) {
    return translator.translate(lines).stream().map(Translation::text).toList();
  }

  @ParameterizedTest
  @MethodSource("configs")
  void aLineOutForEachLineInWhateverTheBatchAndTheThreads(TranslationModel.Config config) {
    try (var model = model(config)) {
      for (int beam : new int[] {1, 4}) {
        List<String> expected;
        try (var one = new Translator(model, Decoding.ofBeam(beam, 12), 1, 1)) {
          expected = LINES.stream().map(line -> one.translate(line).text()).toList();
        }
        assertEquals("", expected.get(1));
        try (var many = new Translator(model, Decoding.ofBeam(beam, 12), 4, 3)) {
          assertEquals(expected, texts(many, LINES));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void aSavedModelTranslatesAsBefore(TranslationModel.Config config) throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (var model = model(config);
        var translator = new Translator(model, Decoding.ofBeam(3, 12), 2, 1)) {
      model.save(file);
      try (var loaded = TranslationModel.load(file, Backend.best());
          var again = new Translator(loaded, Decoding.ofBeam(3, 12), 2, 1)) {
        assertEquals(config, loaded.config());
        assertEquals(texts(translator, LINES), texts(again, LINES));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void narrowWeightsGiveNearlyTheSameProbabilities(Architecture architecture) {
    // As wide as a panel of any kernels, since less would stay float32.
    var config = TranslationModel.Config.of(architecture, Cell.GRU, 64, 64, 0);
    try (var model = untrained(config);
        var exact = new Translator(model, Decoding.greedy(12), 4, 1);
        var narrow = new Translator(model, Decoding.greedy(12), 4, 1, Precision.BF16)) {
      List<Translation> expected = exact.translate(LINES);
      List<Translation> actual = narrow.translate(LINES);
      boolean differs = false;
      for (int i = 0; i < LINES.size(); i++) {
        double p = expected.get(i).logProbability();
        assertEquals(p, actual.get(i).logProbability(), 0.02 * Math.abs(p), LINES.get(i));
        differs |= p != actual.get(i).logProbability();
      }
      assertTrue(differs, "no weight was narrow");
    }
  }

  @Test
  void attentionHasARowForEachSymbolAndAColumnForEachSourceSymbol() {
    var config = TranslationModel.Config.of(Architecture.ATTENTION, Cell.GRU, 8, 8, 0);
    try (var model = model(config);
        var translator = new Translator(model, Decoding.ofBeam(3, 12), 4, 1)) {
      for (Translation translation : translator.translate(LINES)) {
        assertEquals(translation.target().size(), translation.attention().length);
        for (float[] row : translation.attention()) {
          assertEquals(translation.source().size(), row.length);
          double sum = 0;
          for (float weight : row) {
            sum += weight;
          }
          assertEquals(1, sum, 1e-5);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void sampledTargetsComeFromTheSeed(Architecture architecture) {
    var config = TranslationModel.Config.of(architecture, Cell.GRU, 8, 8, 0);
    try (var model = model(config)) {
      var warm = new Sampling(1.5, 0, 1);
      List<String> many = Collections.nCopies(20, "a man");
      var options = new Decoding(1, 1, 12, 3, warm, 5, Decoding.Unknown.WRITE);
      try (var translator = new Translator(model, options, 8, 2)) {
        List<String> first = texts(translator, many);
        assertTrue(first.stream().distinct().count() > 5, first::toString);
        assertEquals(first, texts(translator, many));
      }
      var other = new Decoding(1, 1, 12, 3, warm, 6, Decoding.Unknown.WRITE);
      try (var translator = new Translator(model, options, 8, 2);
          var another = new Translator(model, other, 8, 2)) {
        assertTrue(!texts(translator, many).equals(texts(another, many)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void whatIsNotToBeWrittenIsNot(Architecture architecture) {
    var config = TranslationModel.Config.of(architecture, Cell.GRU, 8, 8, 0);
    try (var model = untrained(config)) {
      model.outputBias().value().set(200, TextCodec.BEGIN_ID);
      model.outputBias().value().set(100, TextCodec.UNKNOWN_ID);
      for (double temperature : new double[] {0, 1}) {
        var sampling = new Sampling(temperature, 0, 1);
        var write = new Decoding(1, 1, 2, 3, sampling, 5, Decoding.Unknown.WRITE);
        var avoid = new Decoding(1, 1, 2, 3, sampling, 5, Decoding.Unknown.AVOID);
        try (var writing = new Translator(model, write, 8, 1);
            var avoiding = new Translator(model, avoid, 8, 1)) {
          assertEquals(
              List.of(TextCodec.UNKNOWN, TextCodec.UNKNOWN), writing.translate("a man").target());
          for (Translation translation : avoiding.translate(LINES)) {
            List<String> target = translation.target();
            assertFalse(target.contains(TextCodec.UNKNOWN), target::toString);
            assertFalse(target.contains(TextCodec.BEGIN), target::toString);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void aTargetIsNoLongerThanAllowed(Architecture architecture) {
    var config = TranslationModel.Config.of(architecture, Cell.GRU, 8, 8, 0);
    try (var model = untrained(config)) {
      model.outputBias().value().set(-100, TextCodec.END_ID);
      assertEquals(3, length(model, 3, 1));
      assertEquals(2, length(model, 3, 0.25)); // of 7 and the end
      assertEquals(architecture == Architecture.WORD_BY_WORD ? 8 : 9, length(model, 9, 3));
    }
  }

  /** Of what becomes of seven words. */
  private static int length(TranslationModel model, int most, double factor) {
    var options = new Decoding(1, 1, most, factor, Sampling.greedy(), 0, Decoding.Unknown.WRITE);
    try (var translator = new Translator(model, options, 8, 1)) {
      Translation translation = translator.translate("a man , a dog , the");
      assertFalse(translation.isComplete());
      return translation.target().size();
    }
  }

  @Test
  void twoThousandWordsAreTranslated() {
    var config = TranslationModel.Config.of(Architecture.ATTENTION, Cell.GRU, 8, 8, 0);
    try (var model = model(config);
        var translator = new Translator(model, Decoding.ofBeam(2, 30), 32, 1)) {
      Translation translation = translator.translate("man ".repeat(2000));
      assertEquals(2001, translation.source().size());
    }
  }

  @Test
  void aDamagedFileIsRefused() throws IOException {
    Path file = folder.resolve("model.safetensors");
    var config = TranslationModel.Config.of(Architecture.ATTENTION, Cell.GRU, 8, 8, 0);
    try (var model = model(config)) {
      model.save(file);
    }
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));
    assertThrows(ModelFileException.class, () -> TranslationModel.load(file, Backend.best()));
    String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    Files.writeString(
        file,
        text.replace("\"ciranda.hidden\":\"8\"", "\"ciranda.hidden\":\"9\""),
        java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThrows(ModelFileException.class, () -> TranslationModel.load(file, Backend.best()));
  }
}
