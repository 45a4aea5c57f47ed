package io.ciranda.model;

import io.ciranda.nn.RecurrentStack;
import io.ciranda.testing.Reference;
import io.ciranda.testing.Values;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** A language model in plain double arithmetic. */
final class PlainLanguageModel {
  private final LanguageModel.Config config;
  private final Function<String, double[]> weights;
  private final int vocabulary;

  /** State after the last symbols read, {@code [L]} arrays {@code [B][H]}. */
  private double[][] h;

  private double[][] c;

  PlainLanguageModel(LanguageModel model, int batch) {
    this(model, batch, name -> Values.doubles(model.parameters().get(name).value()));
  }

  private PlainLanguageModel(LanguageModel model, int batch, Function<String, double[]> weights) {
    this.config = model.config();
    this.vocabulary = model.vocabulary().size();
    this.weights = weights;
    h = new double[config.layers()][batch * config.hidden()];
    c = new double[config.layers()][batch * config.hidden()];
  }

  /** The same model with other weights, in the state of {@code start}. */
  PlainLanguageModel(
      LanguageModel model,
      int batch,
      Function<String, double[]> weights,
      PlainLanguageModel start) {
    this(model, batch, weights);
    h = start.h;
    c = start.c;
  }

  /** {@code [T][B][V]} after ids {@code [T][B]}; keys of dropout, or null for none. */
  double[] logits(int steps, int[] ids, LongSupplier keys) {
    var stack =
        new RecurrentStack.Config(
            config.cell(),
            config.embedding(),
            config.hidden(),
            config.layers(),
            false,
            config.dropout(),
            false);
    int[] lengths = new int[ids.length / steps];
    Arrays.fill(lengths, steps);
    double[] x = Reference.embedding(weights.apply("embedding.weight"), config.embedding(), ids);
    Reference.Recurrence run =
        Reference.recurrent(stack, weights, "rnn.", x, steps, lengths, h, c, keys);
    h = run.hn;
    c = run.cn;
    boolean drops = keys != null && config.dropout() > 0;
    double[] y = drops ? Reference.dropout(run.y, config.dropout(), keys.getAsLong()) : run.y;
    String output = config.tied() ? "embedding.weight" : "output.weight";
    return Reference.linear(
        y, weights.apply(output), weights.apply("output.bias"), config.hidden(), vocabulary);
  }

  /** The sum of {@code -log p} of each symbol but the first, one sequence. */
  double nats(int... ids) {
    int steps = ids.length - 1;
    return Reference.crossEntropy(
        logits(steps, Arrays.copyOf(ids, steps), null), Arrays.copyOfRange(ids, 1, ids.length));
  }
}
