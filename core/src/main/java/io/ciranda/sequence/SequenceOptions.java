package io.ciranda.sequence;

import io.ciranda.kernel.UpdateRule;
import io.ciranda.nn.AdaptiveSoftmax;
import io.ciranda.nn.Cell;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * How a model is made and trained. {@link #standard} is meant to do for most tasks; each {@code
 * with} method says its default and gives a changed copy.
 *
 * <pre>
 * SequenceOptions.standard().withHidden(128).withEpochs(40).withSeed(7)
 * </pre>
 */
public final class SequenceOptions implements Cloneable {
  private static final int USUAL_BATCH = 32;
  private static final int LEAST_STEPS = 16;
  private static final int WIDEST_EMBEDDING = 50;
  private static final double HALVED = 0.5;

  Cell cell = Cell.GRU;
  int hidden = 64;
  int layers = 1;
  private Boolean bidirectional; // null: as is usual for the task
  private Pooling pooling; // null: as is usual for the directions
  private float dropout = 0.2f;
  private Float inputDropout; // null: by the rule
  int memory; // 0: as PyTorch begins
  private int embedding; // 0: by the rule
  Beginning beginning; // null: random weights
  List<Integer> cutoffs = List.of();
  int minCount = 1;
  private float unknownRate = 0.05f;
  int spelled = -1; // column
  int spelledUnits;
  boolean standardise = true;
  int epochs = 100;
  private int batch; // 0: by the rule
  UpdateRule rule = UpdateRule.Adam.standard();
  double rate = 0.003;
  double average; // 0: the weights themselves
  private Schedule schedule; // null: by the patience
  Clipping clipping = new Clipping.ByNorm(1);
  ClassWeights classWeights = ClassWeights.NONE;
  boolean crf;
  double validation = 0.15;
  int patience = 10;
  int window = 128;
  int[] targetColumns = {};
  float[] quantiles = {};
  long seed = 1;
  int threads = 1;
  Path checkpoint; // null: none
  TrainingListener listener = epoch -> {};

  private SequenceOptions() {}

  /** What the methods below state. */
  public static SequenceOptions standard() {
    return new SequenceOptions();
  }

  // ---- the network ----

  /** The kind of cell: GRU. */
  public SequenceOptions withCell(Cell other) {
    return with(o -> o.cell = other);
  }

  /** H, the units of a layer in one direction: 64. */
  public SequenceOptions withHidden(int units) {
    require("hidden", units, 1);
    return with(o -> o.hidden = units);
  }

  /** L, recurrent layers: 1. */
  public SequenceOptions withLayers(int number) {
    require("layers", number, 1);
    return with(o -> o.layers = number);
  }

  /**
   * Whether the network also reads from the end: for a tagger true, else false. It then knows what
   * follows a step, and runs over whole sequences only: a session keeps the steps that it reads. A
   * forecaster of series cannot have it.
   */
  public SequenceOptions withBidirectional(boolean both) {
    return with(o -> o.bidirectional = both);
  }

  boolean bidirectional(boolean usual) {
    return bidirectional == null ? usual : bidirectional;
  }

  /**
   * How the steps' outputs become one answer: LAST; MEAN where the network is bidirectional, which
   * cannot have LAST: in its last step it has only just begun to read backwards. Of no effect where
   * there is an answer for each step.
   */
  public SequenceOptions withPooling(Pooling other) {
    return with(o -> o.pooling = other);
  }

  Pooling pooling() {
    Pooling usual = bidirectional(false) ? Pooling.MEAN : Pooling.LAST;
    return pooling == null ? usual : pooling;
  }

  /** The probability with which a unit is dropped after each recurrent layer: 0.2. */
  public SequenceOptions withDropout(double probability) {
    requireProbability("dropout", probability);
    return with(o -> o.dropout = (float) probability);
  }

  float dropout() {
    return dropout;
  }

  /**
   * The probability with which an element of a step's input is dropped, numbers and the vectors of
   * symbols alike: that of {@link #withDropout} where a column is {@linkplain #withSpelled read
   * letter by letter}, else 0. Of use above all where the vectors have many elements and the
   * examples are few (Miyato et al. 2017, section 4: half of them). Of no effect on a language
   * model.
   */
  public SequenceOptions withInputDropout(double probability) {
    requireProbability("input dropout", probability);
    return with(o -> o.inputDropout = (float) probability);
  }

  SequenceNetwork.Noise noise() {
    float usual = spelled < 0 ? 0 : dropout;
    return new SequenceNetwork.Noise(
        dropout, inputDropout == null ? usual : inputDropout, unknownRate);
  }

  /**
   * T, where something has to be remembered over many steps: the gates of an LSTM or GRU begin by
   * keeping what they hold for 1 to T steps ({@link io.ciranda.nn.RecurrentStack#rememberLong}).
   * None: they begin as PyTorch's, which keep it for two steps or so.
   */
  public SequenceOptions withMemory(int steps) {
    require("memory", steps, 3);
    return with(o -> o.memory = steps);
  }

  /**
   * What the network begins with: random weights. With this, it reads sequences as the other model
   * does, whose symbols it knows, not those of its examples; sizes and kind of cell have to be that
   * one's. Of no effect on a language model.
   */
  public SequenceOptions withBeginning(Beginning other) {
    return with(o -> o.beginning = other);
  }

  /**
   * Makes the softmax of a language model an {@link io.ciranda.nn.AdaptiveSoftmax}, which is many
   * times faster where the vocabulary is large: symbols from the N-th most frequent on stand in a
   * cluster, with N, M in two. None; of no effect on other models.
   */
  public SequenceOptions withCutoffs(Integer... ascending) {
    if (ascending.length > 0) {
      AdaptiveSoftmax.requireAscending(List.of(ascending));
    }
    return with(o -> o.cutoffs = List.of(ascending));
  }

  // ---- the input ----

  /**
   * The width of the vector that stands for a symbol: min(50, ceil(V / 2)) for each column of V
   * symbols, or this for all columns.
   */
  public SequenceOptions withEmbedding(int width) {
    require("embedding", width, 1);
    return with(o -> o.embedding = width);
  }

  /** E, of a column of V symbols. */
  int embedding(int vocabulary) {
    return embedding > 0 ? embedding : Math.min(WIDEST_EMBEDDING, Math.ceilDiv(vocabulary, 2));
  }

  /** How often a symbol has to occur in the training examples to be known: 1. */
  public SequenceOptions withMinCount(int occurrences) {
    require("min count", occurrences, 1);
    return with(o -> o.minCount = occurrences);
  }

  /**
   * The probability with which a symbol is replaced by the unknown one in training, so that the
   * network knows what to make of symbols that it has never seen: 0.05.
   */
  public SequenceOptions withUnknownRate(double probability) {
    requireProbability("unknown rate", probability);
    return with(o -> o.unknownRate = (float) probability);
  }

  /**
   * Column {@code k} of the symbols, which have to be names, is read letter by letter: a name's
   * vector is made of the last states of a bidirectional layer over its letters ({@link
   * io.ciranda.nn.Spelling}) rather than looked up, so that no name is unknown. Where a word should
   * be known as a whole too, give it twice, in a column of its own. Dropout then falls on a step's
   * input as well ({@link #withInputDropout}), so that the network does not rely on one column
   * alone (Lample et al. 2016, section 4.3). None.
   *
   * @param units of a letter's vector, and of the layer in one direction: the name's vector is
   *     twice as wide; 25 do for words
   */
  public SequenceOptions withSpelled(int k, int units) {
    require("spelled column", k, 0);
    require("units", units, 1);
    return with(
        o -> {
          o.spelled = k;
          o.spelledUnits = units;
        });
  }

  /**
   * Whether numbers are given to the network as {@code (x - mean) / deviation}, by the statistics
   * of the training examples: true.
   */
  public SequenceOptions withStandardisation(boolean on) {
    return with(o -> o.standardise = on);
  }

  // ---- training ----

  /** Passes over the training examples at most: 100. */
  public SequenceOptions withEpochs(int most) {
    require("epochs", most, 1);
    return with(o -> o.epochs = most);
  }

  /**
   * Examples of a step, of similar length: 32, or as many less as it takes for an epoch to have 16
   * steps.
   */
  public SequenceOptions withBatch(int examples) {
    require("batch", examples, 1);
    return with(o -> o.batch = examples);
  }

  int batch(int examples) {
    return batch > 0 ? batch : Math.clamp(examples / LEAST_STEPS, 1, USUAL_BATCH);
  }

  /** The optimiser: Adam with beta 0.9 and 0.999. */
  public SequenceOptions withOptimizer(UpdateRule other) {
    return with(o -> o.rule = other);
  }

  /**
   * The learning rate: 0.003. It is halved whenever the validation loss has not fallen for half the
   * patience; a patience below 2 leaves it as it is.
   */
  public SequenceOptions withLearningRate(double other) {
    if (!(other > 0)) {
      throw new IllegalArgumentException("learning rate: expected above 0, actual " + other);
    }
    return with(o -> o.rate = other);
  }

  /**
   * How the learning rate falls: as {@link #withLearningRate} says. A schedule over the whole run
   * wants patience 0, lest the run end before it.
   */
  public SequenceOptions withSchedule(Schedule other) {
    return with(o -> o.schedule = other);
  }

  Schedule schedule() {
    return schedule == null ? new Schedule.Plateau(patience / 2, HALVED) : schedule;
  }

  /**
   * The decay of an {@link io.ciranda.train.AveragedWeights average} of the weights over the steps
   * of the training, in [0, 1), which is then validated and kept in their place: 0, the weights
   * themselves. Near {@code 1 - 2 / n} it is that of the last n steps; to be tried where the
   * validation loss goes up and down from epoch to epoch.
   */
  public SequenceOptions withAverage(double decay) {
    requireProbability("average", decay);
    return with(o -> o.average = decay);
  }

  /** What is done to long gradients: scaled down to norm 1. */
  public SequenceOptions withClipping(Clipping other) {
    return with(o -> o.clipping = other);
  }

  /** How much each label counts: NONE, all examples count the same. */
  public SequenceOptions withClassWeights(ClassWeights other) {
    return with(o -> o.classWeights = other);
  }

  /**
   * Whether a tagger tells the likeliest sequence of labels, by a {@link
   * io.ciranda.nn.LinearChainCrf} over what the network says of each step, rather than the
   * likeliest label of each step by itself: false. A prediction's probability is then that of the
   * label at its step over all sequences, so that its label need not be the likeliest one; classes
   * have no weights; and a session keeps the steps that it reads, since a later one may change the
   * labels of those before it. Of no effect on other models.
   */
  public SequenceOptions withCrf(boolean on) {
    return with(o -> o.crf = on);
  }

  /**
   * The fraction of the examples that is kept from training to see when to stop: 0.15. Of each
   * label, of a classifier's, at random by the seed, one example at least staying for training; of
   * a series its end. Of no effect where {@code fit} is given validation examples; 0 for none.
   */
  public SequenceOptions withValidation(double fraction) {
    requireProbability("validation", fraction);
    return with(o -> o.validation = fraction);
  }

  /**
   * Epochs without a better validation loss after which training ends, the weights being put back
   * to the best: 10. 0 for never; the best are put back all the same.
   */
  public SequenceOptions withPatience(int number) {
    require("patience", number, 0);
    return with(o -> o.patience = number);
  }

  /** To be called where nothing is left for validation. */
  void warnOfNoValidation() {
    if (patience > 0) {
      listener.onWarning(
          "no examples are left for validation: training runs all %d epochs".formatted(epochs));
    }
  }

  /** Decides all that is random: 1. The same seed and number of threads give the same bits. */
  public SequenceOptions withSeed(long other) {
    return with(o -> o.seed = other);
  }

  /** Threads that share the examples of a step: 1. */
  public SequenceOptions withThreads(int number) {
    require("threads", number, 1);
    return with(o -> o.threads = number);
  }

  /**
   * A file that is written after each epoch, so that a training that was interrupted goes on:
   * {@code fit} with the same examples and options goes on from the last whole epoch where the file
   * is there, tells the listener of the epochs before, and ends with the same bits as if it had
   * never been interrupted. After the last epoch the file is left, and {@code fit} gives at once
   * what it holds, so that nothing is lost before the model is saved: whoever has done so deletes
   * it. None by default.
   */
  public SequenceOptions withCheckpoint(Path file) {
    return with(o -> o.checkpoint = file);
  }

  /** Who is told how training goes: nobody, but for warnings, which are logged. */
  public SequenceOptions withListener(TrainingListener other) {
    return with(o -> o.listener = other);
  }

  // ---- forecasts ----

  /**
   * The quantiles that are forecast, such as 0.1, 0.5 and 0.9, each in (0, 1): none, which is the
   * mean, by squared error.
   */
  public SequenceOptions withQuantiles(double... levels) {
    float[] sorted = new float[levels.length];
    for (int i = 0; i < levels.length; i++) {
      if (!(levels[i] > 0 && levels[i] < 1)) {
        throw new IllegalArgumentException("quantile: expected in (0, 1), actual " + levels[i]);
      }
      sorted[i] = (float) levels[i];
    }
    Arrays.sort(sorted);
    return with(o -> o.quantiles = sorted);
  }

  /** The columns of a series that are forecast, numbered from 0: all. */
  public SequenceOptions withTargetColumns(int... columns) {
    return with(o -> o.targetColumns = columns.clone());
  }

  /**
   * Steps of the pieces that a series is cut into for training: 128. A piece begins half of that
   * before the first step whose forecast counts, so that the network knows what was before.
   */
  public SequenceOptions withWindow(int steps) {
    require("window", steps, 2);
    return with(o -> o.window = steps);
  }

  private SequenceOptions with(Consumer<SequenceOptions> change) {
    try {
      var copy = (SequenceOptions) clone();
      change.accept(copy);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  private static void require(String name, int actual, int least) {
    if (actual < least) {
      throw new IllegalArgumentException(
          "%s: expected at least %d, actual %d".formatted(name, least, actual));
    }
  }

  private static void requireProbability(String name, double actual) {
    if (!(actual >= 0 && actual < 1)) {
      throw new IllegalArgumentException(
          "%s: expected in [0, 1), actual %s".formatted(name, actual));
    }
  }

  /**
   * What is told only where it was asked for came later: checkpoints without it stay what they are.
   */
  @Override
  public String toString() {
    return settings()
        + (inputDropout == null ? "" : ", input dropout " + inputDropout)
        + (average == 0 ? "" : ", average " + average)
        + (beginning == null ? "" : ", beginning with " + beginning);
  }

  private String settings() {
    return String.join(
        ", ",
        List.of(
            "%d x %d %s".formatted(layers, hidden, cell.label()),
            "bidirectional " + (bidirectional == null ? "as usual" : bidirectional),
            "pooling " + (pooling == null ? "as usual" : pooling),
            "dropout " + dropout,
            "memory " + memory,
            "embedding " + (embedding == 0 ? "by the rule" : embedding),
            "min count " + minCount,
            "unknown rate " + unknownRate,
            spelled < 0
                ? "no column spelled"
                : "column %d spelled by %d".formatted(spelled, spelledUnits),
            "standardisation " + standardise,
            "%d epochs".formatted(epochs),
            "batch " + (batch == 0 ? "by the rule" : batch),
            "%s at rate %s, %s".formatted(rule, rate, schedule()),
            clipping.toString(),
            "class weights " + classWeights,
            "CRF " + crf,
            "validation " + validation,
            "patience " + patience,
            "window " + window,
            "quantiles " + Arrays.toString(quantiles),
            "seed " + seed,
            "%d threads".formatted(threads)));
  }
}
