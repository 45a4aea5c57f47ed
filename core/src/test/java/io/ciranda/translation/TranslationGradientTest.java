package io.ciranda.translation;

import io.ciranda.kernel.Backend;
import io.ciranda.nn.Attention;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.testing.GradientCheck;
import io.ciranda.testing.GradientCheck.Plain;
import io.ciranda.testing.Reference;
import io.ciranda.testing.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The losses of the architectures without attention, and all their gradients, are those of their
 * formulas in double arithmetic, sentence by sentence. (With attention: {@link
 * TranslationGoldenTest}.)
 */
class TranslationGradientTest {
  private static final int E = 5;
  private static final int H = 6;
  private static final int SOURCES = 8;
  private static final int TARGETS = 9;
  private static final float SMOOTHING = 0.1f;

  private static final List<SentencePair> PAIRS =
      List.of(
          new SentencePair(new int[] {4, 0, 7, 3}, new int[] {8, 3, 4}),
          new SentencePair(new int[] {5}, new int[] {6, 0, 5, 7, 7}),
          new SentencePair(new int[] {6, 3, 3}, new int[] {}));

  record Case(Architecture architecture, Cell cell, int layers, boolean context, boolean tied) {
    TranslationModel.Config config() {
      return new TranslationModel.Config(
          architecture, cell, E, H, layers, context, Attention.Score.ADDITIVE, H, false, tied, 0);
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(Architecture.WORD_BY_WORD, Cell.RNN, 1, false, false),
        new Case(Architecture.WORD_BY_WORD, Cell.GRU, 2, false, false),
        new Case(Architecture.ENCODER_DECODER, Cell.LSTM, 2, false, false),
        new Case(Architecture.ENCODER_DECODER, Cell.GRU, 1, false, true),
        new Case(Architecture.ENCODER_DECODER, Cell.GRU, 1, true, false),
        new Case(Architecture.ENCODER_DECODER, Cell.LSTM, 2, true, true));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lossAndAllGradients(Case c) {
    try (var model =
        TranslationModel.create(
            c.config(), Codecs.ofSize(SOURCES), Codecs.ofSize(TARGETS), Backend.best(), 0)) {
      model
          .parameters()
          .all()
          .forEach(p -> p.value().copyFrom(Values.floats(p.name(), p.value().size())));
      model.parameters().changed();
      model.refresh(0, 1);
      try (var check = new GradientCheck(model.parameters())) {
        var options = new TranslationModel.LossOptions(SMOOTHING, 0);
        check.run(
            e -> e.loss(model.loss(e.tape(), PAIRS, options, 1)),
            d -> PAIRS.forEach(pair -> d.loss(new OneSentence(c, d, pair).loss())));
      }
    }
  }

  /** The formulas for one pair. */
  private record OneSentence(Case c, Plain d, SentencePair pair) {
    double loss() {
      return c.architecture == Architecture.WORD_BY_WORD ? wordByWord() : encoderDecoder();
    }

    private double wordByWord() {
      int steps = pair.source().length + 1;
      int[] outputs =
          IntStream.range(0, steps)
              .map(t -> t < pair.target().length ? pair.target()[t] : 2)
              .toArray();
      return loss(encode(false, steps).y, H, outputs);
    }

    private double encoderDecoder() {
      Reference.Recurrence encoded = encode(true, pair.source().length + 1);
      int[] outputs = ended(pair.target());
      int steps = outputs.length;
      int[] inputs = new int[steps];
      inputs[0] = 1;
      System.arraycopy(pair.target(), 0, inputs, 1, steps - 1);
      double[] e = Reference.embedding(d.in("target_embedding.weight"), E, inputs);
      double[] context = encoded.hn[c.layers - 1];
      double[] repeated = new double[steps * H];
      for (int t = 0; t < steps; t++) {
        System.arraycopy(context, 0, repeated, t * H, H);
      }
      int width = c.context ? E + H : E;
      double[] x = c.context ? Reference.concat(e, E, repeated, H) : e;
      double[] y = run("decoder.", width, x, steps, encoded.hn, encoded.cn).y;
      return c.context
          ? loss(
              Reference.concat(Reference.concat(y, H, repeated, H), 2 * H, e, E),
              2 * H + E,
              outputs)
          : loss(y, H, outputs);
    }

    private Reference.Recurrence encode(boolean reversed, int steps) {
      var words = new ArrayList<>(Arrays.stream(pair.source()).boxed().toList());
      if (reversed) {
        Collections.reverse(words);
      }
      int[] ids = ended(words.stream().mapToInt(id -> id).toArray());
      double[] x = Reference.embedding(d.in("source_embedding.weight"), E, ids);
      double[][] zeros = new double[c.layers][H];
      return run("encoder.", E, x, steps, zeros, zeros);
    }

    private Reference.Recurrence run(
        String prefix, int width, double[] x, int steps, double[][] h0, double[][] c0) {
      var config = RecurrentStack.Config.of(c.cell, width, H, c.layers);
      double[][] cells = c.cell.hasCellState() ? c0 : new double[c.layers][H];
      return Reference.recurrent(
          config, d::in, prefix, x, steps, new int[] {steps}, h0, cells, null);
    }

    private double loss(double[] y, int width, int[] outputs) {
      double[] readout =
          Reference.map(
              Reference.linear(y, d.in("readout.weight"), d.in("readout.bias"), width, E),
              Math::tanh);
      String output = c.tied ? "target_embedding.weight" : "output.weight";
      double[] logits = Reference.linear(readout, d.in(output), d.in("output.bias"), E, TARGETS);
      return Reference.crossEntropy(logits, SMOOTHING, outputs);
    }

    private static int[] ended(int[] ids) {
      int[] all = Arrays.copyOf(ids, ids.length + 1);
      all[ids.length] = 2;
      return all;
    }
  }
}
