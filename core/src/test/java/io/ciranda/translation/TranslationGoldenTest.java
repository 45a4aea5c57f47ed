package io.ciranda.translation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.infer.Sampling;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.nn.Attention;
import io.ciranda.testing.Golden;
import io.ciranda.train.Clipping;
import io.ciranda.train.DataParallel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same numbers as PyTorch; {@code src/test/python/translation_golden.py} wrote the files and
 * says what is in them.
 */
class TranslationGoldenTest {

  static Stream<Path> models() throws IOException {
    return Stream.concat(Golden.files("translation-gru"), Golden.files("translation-lstm"));
  }

  @Test
  void thereAreModelsOfEveryKind() throws IOException {
    assertEquals(8, models().count());
  }

  private static TranslationModel model(Golden golden) throws IOException {
    var config =
        new TranslationModel.Config(
            Architecture.ATTENTION,
            golden.cell(),
            golden.size("embedding"),
            golden.size("hidden"),
            golden.size("layers"),
            false,
            Attention.Score.ADDITIVE,
            golden.size("attention"),
            false,
            golden.flag("tied"),
            0);
    var model =
        TranslationModel.create(
            config,
            Codecs.ofSize(golden.size("source_vocabulary")),
            Codecs.ofSize(golden.size("target_vocabulary")),
            Backend.best(),
            0);
    golden.load(model.parameters());
    return model;
  }

  /** The sentences of {@code [steps][B]}, without {@code </s>}. */
  private static List<int[]> sentences(Golden golden, String name) throws IOException {
    IntTensor ids = golden.ints(name);
    IntTensor lengths = golden.ints(name + "_lengths");
    int batch = ids.dim(1);
    var sentences = new ArrayList<int[]>();
    for (int b = 0; b < batch; b++) {
      int column = b;
      sentences.add(
          IntStream.range(0, lengths.get(b) - 1).map(t -> ids.get(t * batch + column)).toArray());
    }
    return sentences;
  }

  private static List<SentencePair> pairs(Golden golden) throws IOException {
    List<int[]> sources = sentences(golden, "source");
    List<int[]> targets = sentences(golden, "target");
    return IntStream.range(0, sources.size())
        .mapToObj(i -> new SentencePair(sources.get(i), targets.get(i)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("models")
  void trainingIsPyTorchs(Path path) throws IOException {
    try (var golden = new Golden(path);
        var model = model(golden);
        var parallel =
            new DataParallel(
                model.backend(),
                model.parameters(),
                new UpdateRule.Adam(
                    golden.number("beta1"), golden.number("beta2"), golden.number("eps"), 0, false),
                new Clipping.None(),
                1,
                model::refresh)) {
      List<SentencePair> pairs = pairs(golden);
      int targets = pairs.stream().mapToInt(SentencePair::targets).sum();
      var options = new TranslationModel.LossOptions(golden.number("smoothing"), 0);
      double[] losses = new double[golden.size("updates")];
      for (int i = 0; i < losses.length; i++) {
        DataParallel.Result result =
            parallel.step(
                i,
                golden.number("lr"),
                (worker, tape) -> model.loss(tape, pairs, options, 1f / targets));
        losses[i] = result.loss() / targets;
        if (i == 0) {
          golden.assertGradients(model.parameters(), parallel.gradients());
        }
      }
      golden.assertClose("loss", new double[] {losses[0]});
      golden.assertClose("losses", losses);
    }
  }

  /** Sentences one by one and all as one batch, in which finished hypotheses leave the others. */
  @ParameterizedTest
  @MethodSource("models")
  void beamsArePyTorchs(Path path) throws IOException {
    try (var golden = new Golden(path);
        var model = model(golden)) {
      List<int[]> sources = sentences(golden, "source");
      for (int beam : new int[] {1, 3, 5}) {
        var options =
            new Decoding(
                beam,
                golden.number("length_power"),
                golden.size("maximum"),
                golden.size("maximum"),
                Sampling.greedy(),
                0,
                golden.flag("allow_unknown") ? Decoding.Unknown.WRITE : Decoding.Unknown.AVOID);
        for (int batch : new int[] {1, 4}) {
          try (var translator = new Translator(model, options, batch, 2)) {
            assertBeam(golden, "beam" + beam, translator.decode(sources));
          }
        }
      }
    }
  }

  private static void assertBeam(Golden golden, String name, List<List<Hypothesis>> found)
      throws IOException {
    IntTensor ids = golden.ints(name + ".ids"); // [B][K][maximum]
    Tensor attention = golden.tensor(name + ".attention"); // [B][maximum][S]
    int maximum = ids.dim(2);
    for (int b = 0; b < found.size(); b++) {
      assertEquals(ids.dim(1), found.get(b).size());
      for (int k = 0; k < ids.dim(1); k++) {
        int from = (b * ids.dim(1) + k) * maximum;
        int[] expected =
            IntStream.range(from, from + maximum).map(ids::get).filter(id -> id >= 0).toArray();
        Hypothesis actual = found.get(b).get(k);
        boolean isFinished = expected[expected.length - 1] == 2;
        assertEquals(isFinished, actual.isFinished());
        assertArrayEquals(
            isFinished ? Arrays.copyOf(expected, expected.length - 1) : expected, actual.ids());
      }
      float[][] weights = found.get(b).getFirst().attention();
      for (int t = 0; t < weights.length; t++) {
        for (int j = 0; j < weights[t].length; j++) {
          assertEquals(attention.get(b, t, j), weights[t][j], 1e-5);
        }
      }
    }
    golden.assertClose(
        name + ".log_probs",
        found.stream().flatMap(List::stream).mapToDouble(Hypothesis::logProbability).toArray());
    golden.assertClose(
        name + ".scores",
        found.stream().flatMap(List::stream).mapToDouble(Hypothesis::score).toArray());
  }
}
