package io.ciranda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.model.LanguageModel;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.nn.State;
import io.ciranda.testing.Golden;
import io.ciranda.testing.Values;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Clipping;
import io.ciranda.train.DataParallel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same numbers as PyTorch; {@code src/test/python/golden.py} wrote the files and says what is
 * in them.
 */
class GoldenTest {
  static Stream<Path> layers() throws IOException {
    return Golden.files("").filter(f -> f.getFileName().toString().matches("(rnn_.*|lstm|gru)-.*"));
  }

  static Stream<Path> languageModels() throws IOException {
    return Golden.files("lm-");
  }

  @Test
  void thereAreFilesOfEveryKind() throws IOException {
    assertEquals(32, layers().count());
    assertEquals(8, languageModels().count());
  }

  // ---- layers ----

  @ParameterizedTest
  @MethodSource("layers")
  void aStackOfLayersIsPyTorchs(Path path) throws IOException {
    try (var golden = new Golden(path)) {
      var config =
          new RecurrentStack.Config(
              golden.cell(),
              golden.size("input"),
              golden.size("hidden"),
              golden.size("layers"),
              golden.size("directions") == 2,
              0,
              false);
      var builder = new Parameters.Builder();
      RecurrentStack.declare(builder, config, "rnn.");
      try (Parameters parameters = builder.build(Values.random(0));
          var gradients = new Parameters.Like(parameters);
          var stack = new RecurrentStack(config, parameters, Backend.best(), "rnn.");
          var workspace = new Workspace("golden")) {
        golden.load(parameters);
        stack.refresh(0, 1);
        Tape tape = Tape.training(Backend.best(), workspace, gradients);
        Values.soil(workspace);
        tape.begin(0);
        Variable x = tape.variable(golden.tensor("x"));
        List<Variable> h0 = states(tape, golden.tensor("h0"));
        List<Variable> c0 = golden.has("c0") ? states(tape, golden.tensor("c0")) : List.of();
        IntTensor lengths = golden.has("lengths") ? golden.ints("lengths") : null;

        RecurrentStack.Output output = stack.forward(tape, x, lengths, new State(h0, c0));
        State last = output.last();
        golden.assertClose("y", output.y().value());
        golden.assertClose("hn", values(last.h()));
        double loss = pull(output.y(), golden.tensor("dy")) + pull(last.h(), golden.tensor("dhn"));
        if (golden.has("cn")) {
          golden.assertClose("cn", values(last.c()));
          loss += pull(last.c(), golden.tensor("dcn"));
        }
        golden.assertClose("loss", new double[] {loss});

        tape.backward();
        golden.assertGradients(parameters, gradients);
        golden.assertClose("grad.x", x.gradient());
        golden.assertClose("grad.h0", gradients(h0));
        if (golden.has("grad.c0")) {
          golden.assertClose("grad.c0", gradients(c0));
        }
        golden.assertNothingLeft();
      }
    }
  }

  private static List<Variable> states(Tape tape, Tensor states) {
    return IntStream.range(0, states.dim(0))
        .mapToObj(i -> tape.variable(states.rows(i, i + 1).reshape(states.dim(1), states.dim(2))))
        .toList();
  }

  private static double[] values(List<Variable> states) {
    return flat(states.stream().map(Variable::value));
  }

  private static double[] gradients(List<Variable> states) {
    return flat(states.stream().map(Variable::gradient));
  }

  private static double[] flat(Stream<Tensor> tensors) {
    return tensors.map(Values::doubles).flatMapToDouble(Arrays::stream).toArray();
  }

  /** Gives y its gradient dy and returns the sum of y * dy. */
  private static double pull(Variable y, Tensor dy) {
    y.gradient().copyFrom(dy.reshape(y.value().shape()));
    double[] value = Values.doubles(y.value());
    double[] gradient = Values.doubles(dy);
    return IntStream.range(0, value.length).mapToDouble(i -> value[i] * gradient[i]).sum();
  }

  private static double pull(List<Variable> states, Tensor gradients) {
    double sum = 0;
    for (int i = 0; i < states.size(); i++) {
      sum += pull(states.get(i), gradients.rows(i, i + 1));
    }
    return sum;
  }

  // ---- language models ----

  @ParameterizedTest
  @MethodSource("languageModels")
  void aLanguageModelInTrainingIsPyTorchs(Path path) throws IOException {
    try (var golden = new Golden(path)) {
      int windows = golden.size("windows");
      int steps = golden.size("steps");
      int batch = golden.size("batch");
      int symbols = steps * batch;
      var config =
          new LanguageModel.Config(
              golden.cell(),
              golden.size("embedding"),
              golden.size("hidden"),
              golden.size("layers"),
              Boolean.parseBoolean(golden.text("tied")),
              0);
      var names =
          IntStream.range(0, golden.size("vocabulary")).mapToObj(Integer::toString).toList();
      var vocabulary = new Vocabulary(Vocabulary.Level.WORD, names);
      try (var model = LanguageModel.create(config, vocabulary, Backend.best(), 0);
          var state = model.newState(batch);
          var parallel =
              new DataParallel(
                  Backend.best(),
                  model.parameters(),
                  rule(golden),
                  new Clipping.ByNorm(golden.number("clip")),
                  1,
                  model::refresh);
          IntTensor x = IntTensor.allocate(steps, batch);
          IntTensor y = IntTensor.allocate(steps, batch)) {
        golden.load(model.parameters());
        IntTensor allX = golden.ints("x");
        IntTensor allY = golden.ints("y");
        double[] losses = new double[windows];
        double[] norms = new double[windows];
        for (int window = 0; window < windows; window++) {
          for (int i = 0; i < symbols; i++) {
            x.set(i, allX.get((long) window * symbols + i));
            y.set(i, allY.get((long) window * symbols + i));
          }
          DataParallel.Result result =
              parallel.step(
                  window,
                  golden.number("lr"),
                  (worker, tape) -> model.loss(tape, x, y, state, 1f / symbols));
          losses[window] = result.loss() / symbols;
          norms[window] = result.gradientNorm();
          if (window == 0) {
            golden.assertGradients(model.parameters(), parallel.gradients());
          }
        }
        golden.assertClose("loss", new double[] {losses[0]});
        golden.assertClose("losses", losses);
        golden.assertClose("norms", norms);
        for (String name : List.of("rnn.weight_hh_l0", "embedding.weight")) {
          golden.assertClose("final." + name, model.parameters().get(name).value());
        }
        golden.assertNothingLeft();
      }
    }
  }

  private static UpdateRule rule(Golden golden) throws IOException {
    String name = golden.text("optimizer");
    float decay = golden.number("weight_decay");
    return switch (name) {
      case "sgd" ->
          new UpdateRule.Sgd(
              golden.number("momentum"), Boolean.parseBoolean(golden.text("nesterov")), decay);
      case "rmsprop" -> new UpdateRule.RmsProp(golden.number("alpha"), golden.number("eps"), decay);
      case "adagrad" -> new UpdateRule.Adagrad(golden.number("eps"), decay);
      case "adadelta" -> new UpdateRule.Adadelta(golden.number("rho"), golden.number("eps"), decay);
      case "adam", "adamw" ->
          new UpdateRule.Adam(
              golden.number("beta1"),
              golden.number("beta2"),
              golden.number("eps"),
              decay,
              name.equals("adamw"));
      default -> throw new IllegalArgumentException(name);
    };
  }
}
