package io.ciranda.nn;

import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.Golden;
import io.ciranda.testing.Values;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One look at the sources of a batch has PyTorch's weights, contexts and gradients; {@code
 * src/test/python/translation_golden.py} wrote the file and says what is in it.
 */
class AttentionGoldenTest {

  @ParameterizedTest
  @EnumSource(Attention.Score.class)
  void aLookIsPyTorchs(Attention.Score score) throws IOException {
    String name = score.label() + ".";
    try (var golden = new Golden(Golden.files("translation-attention").findFirst().orElseThrow());
        var workspace = new Workspace("look")) {
      Tensor q = golden.tensor(name + "q");
      Tensor values = golden.tensor("annotations");
      IntTensor lengths = golden.ints("lengths");
      int state = q.dim(1);
      var config = new Attention.Config(score, state, values.dim(2), state);
      var builder = new Parameters.Builder();
      Attention.declare(builder, config, "");
      try (Parameters parameters = builder.build(Values.random(0));
          var gradients = new Parameters.Like(parameters);
          Attention attention = Attention.of(config, parameters, Backend.best(), "")) {
        for (Parameter p : parameters.all()) {
          switch (p.name()) {
            case "query.weight" -> identity(p.value());
            case "query.bias" -> p.value().zero();
            default -> p.value().copyFrom(golden.tensor(name + p.name()));
          }
        }
        parameters.changed();
        attention.refresh();
        Tape tape = Tape.training(Backend.best(), workspace, gradients);
        tape.begin(0);
        Variable annotations = tape.variable(values);
        Attention.Source source = attention.source(tape, annotations, lengths);
        Attention.Looks looks = attention.looks(tape, source, 1);
        Tensor context = tape.workspace().tensor(q.dim(0), values.dim(2));
        looks.look(0, q.address(), context.address(), looks.rows);
        golden.assertClose(name + "alpha", looks.weights);
        golden.assertClose(name + "c", context);
        if (score != Attention.Score.DOT) {
          golden.assertClose(name + "keys", source.keys().value());
        }

        Tensor dq = tape.workspace().zeros(q.shape());
        looks.lookBackward(0, q.address(), dq.address(), golden.tensor("dc").address(), looks.rows);
        looks.finishBackward();
        if (score != Attention.Score.DOT) {
          golden.assertClose(name + "grad.keys", source.keys().gradient());
        }
        tape.backward();
        golden.assertClose(name + "grad.q", dq);
        golden.assertClose(name + "grad.annotations", annotations.gradient());
        for (Parameter p : parameters.all()) {
          if (!p.name().startsWith("query")) {
            golden.assertClose(name + "grad." + p.name(), gradients.of(p));
          }
        }
      }
    }
  }

  private static void identity(Tensor square) {
    square.zero();
    for (int i = 0; i < square.dim(0); i++) {
      square.set(1, i, i);
    }
  }
}
