package io.ciranda.sequence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Tells numbers: of a sequence ({@link #fit}), or the next steps of a series ({@link #fitSeries}).
 * The mean, or quantiles where {@link SequenceOptions#withQuantiles} asks for them. Targets are
 * standardised for training whatever the options say of features.
 *
 * <pre>
 * try (var model = SequenceForecaster.fitSeries(List.of(load), 24, SequenceOptions.standard())) {
 *   System.out.println(model.evaluateSeries(List.of(load), 8000));   // MAE, RMSE from step 8000 on
 *   System.out.println(model.predict(load).value(0, 0));             // the next step
 * }
 * </pre>
 *
 * <p>Any number of threads may share one.
 */
public final class SequenceForecaster implements AutoCloseable {
  private static final String KIND = "sequence-forecaster";

  private final SequenceModel model;

  private SequenceForecaster(SequenceModel model) {
    this.model = model;
  }

  // ---- numbers of a sequence ----

  /**
   * Trains a regression, a fraction of the examples being kept for validation as {@link
   * SequenceOptions#withValidation} says.
   *
   * @param examples sequences with the numbers wanted of them, the same count each
   * @throws IllegalArgumentException if there are no examples, or sequences whose steps differ in
   *     form, or targets that differ in count or are not finite
   * @throws io.ciranda.train.DivergedException if the loss explodes
   */
  public static SequenceForecaster fit(List<Example<float[]>> examples, SequenceOptions options) {
    return new SequenceForecaster(prepare(split(examples, options), options).learn());
  }

  /**
   * Trains a regression with the given examples for validation, as {@link #fit(List,
   * SequenceOptions)}.
   *
   * @param valid may be empty
   */
  public static SequenceForecaster fit(
      List<Example<float[]>> train, List<Example<float[]>> valid, SequenceOptions options) {
    Split<float[]> split = Split.of(train, valid);
    int wanted = train.getFirst().target().length;
    requireTargets("training", train, wanted);
    requireTargets("validation", valid, wanted);
    return new SequenceForecaster(prepare(split, options).learn());
  }

  /** What {@link #fit(List, SequenceOptions)} would take; see {@link Estimate}. */
  public static Estimate estimate(List<Example<float[]>> examples, SequenceOptions options) {
    return Estimate.of(prepare(split(examples, options), options));
  }

  private static Split<float[]> split(List<Example<float[]>> examples, SequenceOptions options) {
    Split<float[]> split = Split.atRandom(examples, options, target -> "");
    requireTargets("training", examples, examples.getFirst().target().length);
    return split;
  }

  private static void requireTargets(String what, List<Example<float[]>> examples, int expected) {
    for (int i = 0; i < examples.size(); i++) {
      float[] target = examples.get(i).target();
      if (target.length != expected || expected == 0) {
        throw new IllegalArgumentException(
            "%s example %d: expected %d numbers as target, as in the first training example, actual %d"
                .formatted(what, i, Math.max(1, expected), target.length));
      }
      for (float x : target) {
        if (!Float.isFinite(x)) {
          throw new IllegalArgumentException(
              "%s example %d: expected finite numbers as target, actual %s"
                  .formatted(what, i, Arrays.toString(target)));
        }
      }
    }
  }

  private static Fitting prepare(Split<float[]> split, SequenceOptions options) {
    Encoder encoder = Encoder.learn(split.trainSequences(), options);
    List<Statistics> statistics =
        IntStream.range(0, split.train().getFirst().target().length)
            .mapToObj(
                j ->
                    Statistics.of(split.train().stream().mapToDouble(e -> e.target()[j]).toArray()))
            .toList();
    Targets targets = targets(1, new int[0], statistics, options);
    return new Fitting(
        KIND,
        encoder,
        targets,
        Fitting.sizes(encoder, targets, options.pooling(), options.bidirectional(false), options),
        encode(split.train(), encoder, targets),
        encode(split.valid(), encoder, targets),
        null,
        options);
  }

  private static Targets targets(
      int steps, int[] columns, List<Statistics> statistics, SequenceOptions options) {
    float[] mean = new float[statistics.size()];
    float[] deviation = new float[statistics.size()];
    for (int j = 0; j < mean.length; j++) {
      mean[j] = statistics.get(j).mean();
      deviation[j] = statistics.get(j).scale();
    }
    return new Targets(List.of(), steps, columns, mean, deviation, options.quantiles);
  }

  private static List<Encoded> encode(
      List<Example<float[]>> examples, Encoder encoder, Targets targets) {
    var encoded = new ArrayList<Encoded>();
    for (Example<float[]> example : examples) {
      float[] wanted = new float[example.target().length];
      for (int j = 0; j < wanted.length; j++) {
        wanted[j] = targets.standardised(example.target()[j], j);
      }
      encoded.add(encoder.encode(example.sequence(), wanted));
    }
    return encoded;
  }

  /**
   * Compares predictions with numbers.
   *
   * @throws IllegalArgumentException if the model forecasts series, or targets differ in count from
   *     those of the training
   */
  public ForecastMetrics evaluate(List<Example<float[]>> examples) {
    requireSeries(false);
    requireTargets("evaluation", examples, model.targets().mean().length);
    var metrics = new ForecastMetrics(model.targets());
    List<Forecast> forecasts = predict(examples.stream().map(Example::sequence).toList());
    for (int i = 0; i < examples.size(); i++) {
      float[] actual = examples.get(i).target();
      for (int j = 0; j < actual.length; j++) {
        metrics.add(forecasts.get(i), 0, j, actual[j]);
      }
    }
    return metrics;
  }

  // ---- the next steps of a series ----

  /**
   * Trains a forecast of the steps that follow, made at every step. The end of each series is kept
   * for validation, the fraction that {@link SequenceOptions#withValidation} says.
   *
   * @param series one or more; a number that is missing is no target
   * @param steps how many steps ahead are forecast, each from what is known at the time
   * @throws IllegalArgumentException if there are no series, or they differ in form, or none is
   *     long enough, or have no numbers, or the network is to be bidirectional, which would see
   *     what it is to tell
   * @throws io.ciranda.train.DivergedException if the loss explodes
   */
  public static SequenceForecaster fitSeries(
      List<Sequence> series, int steps, SequenceOptions options) {
    return new SequenceForecaster(prepareSeries(series, steps, options).learn());
  }

  /** What {@link #fitSeries} would take; see {@link Estimate}. */
  public static Estimate estimateSeries(List<Sequence> series, int steps, SequenceOptions options) {
    return Estimate.of(prepareSeries(series, steps, options));
  }

  private static Fitting prepareSeries(List<Sequence> series, int steps, SequenceOptions options) {
    Split.requireAlike("training", series);
    int[] columns = columns(series.getFirst(), options);
    if (steps < 1 || columns.length == 0 || options.bidirectional(false)) {
      throw new IllegalArgumentException(
          "a forecast of series: expected at least 1 step ahead, 1 column of numbers, and a network that does not read backwards, actual %d, %d and %s"
              .formatted(steps, columns.length, options));
    }
    List<Sequence> beginnings =
        series.stream().map(s -> s.slice(0, validFrom(s, options))).toList();
    Encoder encoder = Encoder.learn(beginnings, options);
    List<Statistics> statistics =
        IntStream.of(columns).mapToObj(j -> Statistics.of(beginnings, j)).toList();
    Targets targets = targets(steps, columns, statistics, options);
    var cutter = new Series(encoder, targets, options.window);
    var train = new ArrayList<Encoded>();
    var valid = new ArrayList<Encoded>();
    for (Sequence s : series) {
      int cut = validFrom(s, options);
      train.addAll(cutter.pieces(s, 0, cut));
      valid.addAll(cutter.pieces(s, cut, s.steps()));
    }
    if (train.isEmpty()) {
      throw new IllegalArgumentException(
          "series: expected one with a number to forecast after its first step, actual %d series of at most %d steps"
              .formatted(series.size(), series.stream().mapToInt(Sequence::steps).max().orElse(0)));
    }
    return new Fitting(
        KIND,
        encoder,
        targets,
        Fitting.sizes(encoder, targets, null, false, options),
        train,
        valid,
        null,
        options);
  }

  private static int[] columns(Sequence first, SequenceOptions options) {
    for (int column : options.targetColumns) {
      if (column < 0 || column >= first.features()) {
        throw new IllegalArgumentException(
            "target column: expected in [0, %d), actual %d".formatted(first.features(), column));
      }
    }
    return options.targetColumns.length > 0
        ? options.targetColumns
        : IntStream.range(0, first.features()).toArray();
  }

  /** Where the part of a series begins that is kept for validation. */
  private static int validFrom(Sequence series, SequenceOptions options) {
    return Math.max(1, series.steps() - (int) (options.validation * series.steps()));
  }

  /**
   * Compares the forecasts that are made at every step with what came, the network having read all
   * that was before.
   *
   * @param from the first step that counts, so that a part that was held out can be told from one
   *     that was learned
   * @throws IllegalArgumentException if the model forecasts numbers of whole sequences
   */
  public ForecastMetrics evaluateSeries(List<Sequence> series, int from) {
    requireSeries(true);
    Targets targets = model.targets();
    var metrics = new ForecastMetrics(targets);
    float[][] outputs = model.outputs(series);
    for (int i = 0; i < outputs.length; i++) {
      Sequence s = series.get(i);
      for (int t = Math.max(0, from - targets.steps()); t < s.steps() - 1; t++) {
        Forecast forecast = Forecast.of(targets, outputs[i], t * targets.outputs());
        for (int step = 0; step < targets.steps(); step++) {
          int target = t + 1 + step;
          for (int j = 0; j < forecast.columns() && target >= from && target < s.steps(); j++) {
            metrics.add(forecast, step, j, s.number(target, targets.columns()[j]));
          }
        }
      }
    }
    return metrics;
  }

  private void requireSeries(boolean expected) {
    boolean actual = model.pooling() == null;
    if (actual != expected) {
      throw new IllegalArgumentException(
          actual
              ? "the model forecasts the next steps of series: use evaluateSeries"
              : "the model tells numbers of whole sequences: use evaluate");
    }
  }

  // ---- both ----

  /**
   * The numbers of a sequence, or the steps that follow it.
   *
   * @throws IllegalArgumentException if its steps have another form than those of the training
   */
  public Forecast predict(Sequence sequence) {
    return predict(List.of(sequence)).getFirst();
  }

  /** The forecasts of sequences: what {@link #predict(Sequence)} gives for each, bit for bit. */
  public List<Forecast> predict(List<Sequence> sequences) {
    var forecasts = new ArrayList<Forecast>();
    for (float[] outputs : model.outputs(sequences)) {
      int last = outputs.length - model.targets().outputs();
      forecasts.add(Forecast.of(model.targets(), outputs, last));
    }
    return forecasts;
  }

  /** What another model may begin with, which then reads as this one does. */
  public Beginning beginning() {
    return Beginning.of(model);
  }

  /**
   * Whether it knows a name in column {@code k} of the names; it reads others as the unknown one.
   */
  public boolean knows(int k, String name) {
    return model.encoder().knows(k, name);
  }

  /**
   * A session for one stream: after each step the forecast from what has been read so far.
   *
   * @throws IllegalStateException if the model is closed
   */
  public ForecastSession newSession() {
    return new ForecastSession(model);
  }

  /**
   * Saves all that {@link #load} needs, atomically.
   *
   * @throws IOException if it fails; an earlier file of that name is then unharmed
   */
  public void save(Path file) throws IOException {
    save(file, Map.of());
  }

  /**
   * Saves as {@link #save(Path)}, and texts of the caller's with it: what the columns of a table
   * are called, where the examples came from. They are in the file's metadata.
   *
   * @param texts by keys that do not begin with {@code ciranda.}
   */
  public void save(Path file, Map<String, String> texts) throws IOException {
    SequenceFile.save(model, texts, file);
  }

  /**
   * Loads what {@link #save} wrote.
   *
   * @throws io.ciranda.io.ModelFileException if the file holds another kind of model, or is of a
   *     newer version, or damaged
   */
  public static SequenceForecaster load(Path file) throws IOException {
    return new SequenceForecaster(SequenceFile.load(KIND, file));
  }

  /** Frees the weights; sessions that are open go on. */
  @Override
  public void close() {
    model.close();
  }

  @Override
  public String toString() {
    return model.toString();
  }
}
