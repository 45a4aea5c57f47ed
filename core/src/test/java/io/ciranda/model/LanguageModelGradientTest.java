package io.ciranda.model;

import io.ciranda.autograd.Tape;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.nn.Cell;
import io.ciranda.testing.GradientCheck;
import io.ciranda.testing.Reference;
import io.ciranda.testing.Values;
import io.ciranda.text.Vocabulary;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole model: loss and gradients of all weights, in the second window of a text. */
class LanguageModelGradientTest {
  private static final int T = 4;
  private static final int B = 3;
  private static final int H = 5;
  private static final float SCALE = 1f / (T * B);

  @ParameterizedTest
  @EnumSource
  void untiedWithTheEmbeddingFolded(Cell cell) {
    check(cell, 4, false, 0, 7);
  }

  @ParameterizedTest
  @EnumSource
  void untiedWithMoreSymbolsThanPlaces(Cell cell) {
    check(cell, 4, false, 0.3f, 15);
  }

  @ParameterizedTest
  @EnumSource
  void tiedWithTheEmbeddingFolded(Cell cell) {
    check(cell, H, true, 0.3f, 7);
  }

  @ParameterizedTest
  @EnumSource
  void tiedWithMoreSymbolsThanPlaces(Cell cell) {
    check(cell, H, true, 0, 15);
  }

  private static void check(Cell cell, int embedding, boolean tied, float dropout, int symbols) {
    var config = new LanguageModel.Config(cell, embedding, H, 2, tied, dropout);
    var vocabulary =
        new Vocabulary(
            Vocabulary.Level.WORD,
            IntStream.range(0, symbols).mapToObj(Integer::toString).toList());
    int[] first = Values.ids("first", T * B, symbols);
    int[] second = Values.ids("second", T * B, symbols);
    int[] next = Values.ids("next", T * B, symbols);
    next[5] = -1;
    try (var model = LanguageModel.create(config, vocabulary, Backend.best(), 1, 0.7);
        var state = model.newState(B);
        var check = new GradientCheck(model.parameters());
        IntTensor x0 = IntTensor.of(first, T, B);
        IntTensor x = IntTensor.of(second, T, B);
        IntTensor y = IntTensor.of(next, T, B)) {
      model.refresh(0, 1);
      var start = new PlainLanguageModel(model, B);
      start.logits(T, first, null);
      check.run(
          e -> {
            var inference = Tape.inference(Backend.best(), e.tape().workspace());
            model.logits(inference, x0, state);
            e.loss(SCALE * model.loss(e.tape(), x, y, state, SCALE));
          },
          d -> {
            var plain = new PlainLanguageModel(model, B, d::in, start);
            double[] logits = plain.logits(T, second, Reference.keys(GradientCheck.SEED));
            d.loss(SCALE * Reference.crossEntropy(logits, next));
          });
    }
  }
}
