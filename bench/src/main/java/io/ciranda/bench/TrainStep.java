package io.ciranda.bench;

import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.memory.IntTensor;
import io.ciranda.model.LanguageModel;
import io.ciranda.nn.CarriedState;
import io.ciranda.nn.Cell;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Clipping;
import io.ciranda.train.DataParallel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One training step of a language model: forward, cross-entropy over all positions, backward,
 * clipping by norm 5, Adam. {@code peers/train.py} does the same with PyTorch; {@link
 * CompareTraining} runs both in turn.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(
    value = 5,
    jvmArgs = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class TrainStep {
  @Param("lstm")
  String cell;

  @Param("65")
  int vocab;

  @Param("128")
  int hidden;

  @Param("2")
  int layers;

  @Param("50")
  int steps;

  @Param("50")
  int batch;

  @Param({"1", "2"})
  int threads;

  private LanguageModel model;
  private DataParallel parallel;
  private final List<CarriedState> states = new ArrayList<>();
  private final List<IntTensor> inputs = new ArrayList<>();
  private final List<IntTensor> targets = new ArrayList<>();
  private long seed;

  /** A model with PyTorch's default initialisation and a batch of random tokens. */
  @Setup(Level.Trial)
  public void create() {
    var symbols = IntStream.range(0, vocab).mapToObj(Integer::toString).toList();
    var config = new LanguageModel.Config(Cell.of(cell), hidden, hidden, layers, false, 0);
    Backend backend = Backend.best();
    model =
        LanguageModel.create(config, new Vocabulary(Vocabulary.Level.WORD, symbols), backend, 1);
    parallel =
        new DataParallel(
            backend,
            model.parameters(),
            UpdateRule.Adam.standard(),
            new Clipping.ByNorm(5),
            threads,
            model::refresh);
    var random = new SplittableRandom(1);
    for (int worker = 0; worker < threads; worker++) {
      int rows = batch * (worker + 1) / threads - batch * worker / threads;
      states.add(model.newState(rows));
      inputs.add(IntTensor.of(random.ints((long) steps * rows, 0, vocab).toArray(), steps, rows));
      targets.add(IntTensor.of(random.ints((long) steps * rows, 0, vocab).toArray(), steps, rows));
    }
    double first = step();
    double expected = Math.log(vocab);
    if (!(Math.abs(first - expected) < 0.2 * expected)) {
      throw new IllegalStateException(
          "the first loss of an untrained model should be near ln V = %.3f, actual %.3f"
              .formatted(expected, first));
    }
  }

  /** One step; returns the mean loss. */
  @Benchmark
  public double step() {
    float scale = 1f / (steps * batch);
    DataParallel.Result result =
        parallel.step(
            seed++,
            1e-3,
            (worker, tape) -> {
              // Every step starts from a zero state, as the peer's does.
              states.get(worker).reset();
              return model.loss(
                  tape, inputs.get(worker), targets.get(worker), states.get(worker), scale);
            });
    return result.loss() / (steps * (double) batch);
  }

  /** Frees everything. */
  @TearDown(Level.Trial)
  public void close() {
    parallel.close();
    states.forEach(CarriedState::close);
    inputs.forEach(IntTensor::close);
    targets.forEach(IntTensor::close);
    model.close();
  }
}
