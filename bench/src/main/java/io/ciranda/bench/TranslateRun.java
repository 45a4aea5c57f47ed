package io.ciranda.bench;

import static java.util.stream.Collectors.joining;

import io.ciranda.infer.Sampling;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Precision;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.nn.Attention;
import io.ciranda.nn.Cell;
import io.ciranda.text.TextCodec;
import io.ciranda.train.Clipping;
import io.ciranda.train.DataParallel;
import io.ciranda.translation.Architecture;
import io.ciranda.translation.Decoding;
import io.ciranda.translation.Hypothesis;
import io.ciranda.translation.SentencePair;
import io.ciranda.translation.TranslationModel;
import io.ciranda.translation.Translator;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * Translation with attention: training steps, and decoding, greedy or by beam. {@code
 * peers/translate.py} does the same with PyTorch on the same sentences; {@link CompareTranslation}
 * runs both in turn.
 *
 * <p>The weights are random and {@code </s>} is never chosen: each sentence is decoded for as many
 * steps as its source has.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(
    value = 5,
    jvmArgs = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class TranslateRun {
  /** What is done. */
  public enum Task {
    /** One step of training on a batch. */
    TRAIN,
    /** A batch of sentences decoded greedily. */
    GREEDY,
    /** A batch of sentences decoded by a beam of 5. */
    BEAM5
  }

  @Param Task task;

  @Param("gru")
  String cell;

  @Param("256")
  int embedding;

  @Param("512")
  int hidden;

  @Param("512")
  int attention;

  @Param("8000")
  int sourceVocabulary;

  @Param("6000")
  int targetVocabulary;

  @Param("64")
  int batch;

  @Param({"1", "2"})
  int threads;

  @Param("100")
  int sentences;

  /** Of the weights in decoding. */
  @Param("f32")
  String precision;

  private TranslationModel model;
  private DataParallel parallel;
  private Translator translator;
  private List<List<SentencePair>> batches;
  private List<List<int[]>> sources; // what is decoded in one call
  private int next;

  /** Counts target symbols, whose number differs from batch to batch. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Counter {
    /** Target symbols, {@code </s>} included in training. */
    public long targets;

    /** Sentences. */
    public long pairs;
  }

  /** A model with uniform weights, the table of sentences, and a look at what comes out. */
  @Setup(Level.Trial)
  public void create() {
    var config =
        new TranslationModel.Config(
            Architecture.ATTENTION,
            Cell.of(cell),
            embedding,
            hidden,
            1,
            false,
            Attention.Score.ADDITIVE,
            attention,
            false,
            false,
            0);
    model =
        TranslationModel.create(
            config, codec(sourceVocabulary), codec(targetVocabulary), Backend.best(), 1);
    var random = new SplittableRandom(1);
    float[] weights = new float[Math.toIntExact(model.parameters().values().size())];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextDouble(-0.08, 0.08);
    }
    model.parameters().values().copyFrom(weights);
    model.parameters().get("output.bias").value().set(-1e9f, TextCodec.END_ID);
    model.parameters().changed();
    var table = new SentenceTable(sourceVocabulary, targetVocabulary);
    if (task == Task.TRAIN) {
      model.parameters().get("output.bias").value().set(0, TextCodec.END_ID);
      createTraining(table);
    } else {
      createDecoding(table);
    }
  }

  private static TextCodec codec(int size) {
    String words = IntStream.range(3, size).mapToObj(i -> "w" + i).collect(joining(" "));
    return TextCodec.learn(List.of(words), TextCodec.Options.of(TextCodec.Level.WORD));
  }

  private void createTraining(SentenceTable table) {
    batches = table.batches(batch);
    parallel =
        new DataParallel(
            model.backend(),
            model.parameters(),
            new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false),
            new Clipping.ByNorm(5),
            threads,
            model::refresh);
    double first = train(new Counter());
    double expected = Math.log(targetVocabulary);
    if (!(Math.abs(first - expected) < 0.1 * expected)) {
      throw new IllegalStateException(
          "the first loss of an untrained model should be near ln V = %.3f, actual %.3f"
              .formatted(expected, first));
    }
  }

  private void createDecoding(SentenceTable table) {
    int beam = task == Task.GREEDY ? 1 : 5;
    var options = new Decoding(beam, 1, 100, 1, Sampling.greedy(), 0, Decoding.Unknown.WRITE);
    translator = new Translator(model, options, batch, threads, Precision.of(precision));
    List<int[]> all = table.first(sentences).stream().map(SentencePair::source).toList();
    sources = batch == 1 ? all.stream().map(List::of).toList() : List.of(all);
    for (int[] source : all) {
      Hypothesis best = translator.decode(List.of(source)).getFirst().getFirst();
      if (best.ids().length != source.length + 1) {
        throw new IllegalStateException(
            "expected %d symbols, actual %d".formatted(source.length + 1, best.ids().length));
      }
    }
  }

  /** One step of training, or one call of the translator. */
  @Benchmark
  public double run(Counter counter) {
    return task == Task.TRAIN ? train(counter) : decode(counter);
  }

  private double train(Counter counter) {
    List<SentencePair> pairs = batches.get(next++ % batches.size());
    int targets = pairs.stream().mapToInt(pair -> pair.target().length + 1).sum();
    DataParallel.Result result =
        parallel.step(
            next,
            1e-3,
            (worker, tape) -> {
              var slice = new ArrayList<SentencePair>();
              for (int i = worker; i < pairs.size(); i += threads) {
                slice.add(pairs.get(i));
              }
              return model.loss(tape, slice, TranslationModel.LossOptions.PLAIN, 1f / targets);
            });
    counter.targets += targets;
    counter.pairs += pairs.size();
    return result.loss() / targets;
  }

  private double decode(Counter counter) {
    List<int[]> some = sources.get(next++ % sources.size());
    List<List<Hypothesis>> found = translator.decode(some);
    double sum = 0;
    for (List<Hypothesis> hypotheses : found) {
      sum += hypotheses.getFirst().score();
      counter.targets += hypotheses.getFirst().ids().length;
    }
    counter.pairs += found.size();
    return sum;
  }

  /** Frees everything. */
  @TearDown(Level.Trial)
  public void close() {
    if (task == Task.TRAIN) {
      parallel.close();
    } else {
      translator.close();
    }
    model.close();
  }
}
