package io.ciranda.sequence;

import io.ciranda.infer.Model;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Precision;
import io.ciranda.memory.Tensor;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelEvaluator;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.model.MemoryEstimate;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tells the next symbol of a text: a character, or a word, which may as well be the name of an
 * event, a line for each sequence.
 *
 * <pre>
 * try (var model = SequenceLanguageModel.fit(text, Vocabulary.Level.WORD, SequenceOptions.standard())) {
 *   System.out.println(model.evaluate(other));                     // nats, bits, perplexity
 *   System.out.println(model.predict("search basket").top(3));     // what is clicked next
 *   model.save(file);
 * }
 * </pre>
 *
 * <p>A face of {@link LanguageModel}, {@link LanguageModelTrainer} and {@link
 * LanguageModelEvaluator}, which have more to choose from. Any number of threads may share one.
 */
public final class SequenceLanguageModel implements AutoCloseable {
  private final LanguageModel model;
  private final Model packed;

  private SequenceLanguageModel(LanguageModel model) {
    this.model = model;
    packed = model.pack(Precision.F32);
  }

  /**
   * Trains a language model by truncated BPTT. The end of the text is kept for validation. Of the
   * options, the window is the steps that gradients go back, the batch how many pieces of the text
   * are read side by side, and the least count that of words: all characters are known. Those for
   * numbers, labels and unknown symbols are of no effect.
   *
   * @param level what a symbol is
   * @throws IllegalArgumentException if the text is too short, or the options ask for a
   *     bidirectional model
   * @throws io.ciranda.train.DivergedException if the loss explodes
   * @throws UncheckedIOException if the checkpoint cannot be written, or is not of this training
   */
  public static SequenceLanguageModel fit(
      String text, Vocabulary.Level level, SequenceOptions options) {
    Prepared prepared = prepare(text, level, options);
    if (prepared.valid.length < 2) {
      options.warnOfNoValidation();
    }
    prepared.memory().requireRoom(options.listener);
    LanguageModel model = prepared.newModel();
    try {
      train(model, prepared, options);
      return new SequenceLanguageModel(model);
    } catch (Throwable e) {
      model.close();
      throw e;
    }
  }

  /** What {@link #fit} would take; see {@link Estimate}. */
  public static Estimate estimate(String text, Vocabulary.Level level, SequenceOptions options) {
    Prepared prepared = prepare(text, level, options);
    Estimate memory = prepared.memory();
    memory.requireRoom(options.listener);
    try (LanguageModel model = prepared.newModel();
        var trainer =
            new LanguageModelTrainer(model, prepared.train, new int[0], prepared.training)) {
      var clock = new Clock();
      trainer.run(clock::isOver, clock);
      return memory.withSeconds(clock.secondsPerSymbol() * (prepared.train.length - 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // no listener of ours throws it
    }
  }

  /** What a training begins with. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Prepared(
      LanguageModel.Config shape,
      Vocabulary vocabulary,
      int[] train,
      int[] valid,
      LanguageModelTrainer.Config training) {
    /** What a training that goes on must have in common, beside how it is trained. */
    String description() {
      return "%s, the symbols %08x, the text %08x, validated on %08x"
          .formatted(
              shape,
              vocabulary.symbols().hashCode(),
              Arrays.hashCode(train),
              Arrays.hashCode(valid));
    }

    LanguageModel newModel() {
      return LanguageModel.create(shape, vocabulary, Backend.best(), training.seed());
    }

    /** Without the time. */
    Estimate memory() {
      var memory = MemoryEstimate.of(shape, vocabulary.size(), training);
      long window = (long) training.batch() * training.steps();
      return new Estimate(
          memory.weightBytes(),
          memory.optimizerBytes(),
          memory.activationBytes(),
          Integer.BYTES * ((long) train.length + valid.length),
          Math.toIntExact(Math.ceilDiv(train.length - 1, window)),
          Double.NaN);
    }
  }

  /** Counts the symbols of the second second, when the code is warm; or of all, if that is less. */
  private static final class Clock implements LanguageModelTrainer.Listener {
    private static final long NANOS = 1_000_000_000;

    private final long start = System.nanoTime();
    private long from = start;
    private long end;
    private long symbols;

    @Override
    public void onStep(LanguageModelTrainer trainer, double loss, double norm, double rate) {
      if (from == start && end - start > NANOS) {
        from = end;
        symbols = 0;
      }
      end = System.nanoTime();
      symbols += trainer.symbolsOfLastStep();
    }

    @Override
    public void onValidation(LanguageModelTrainer trainer, double loss, boolean isBest) {}

    boolean isOver() {
      return end - start > 2 * NANOS;
    }

    double secondsPerSymbol() {
      return 1e-9 * (end - from) / symbols;
    }
  }

  private static Prepared prepare(String text, Vocabulary.Level level, SequenceOptions options) {
    if (options.bidirectional(false)) {
      throw new IllegalArgumentException(
          "a language model cannot read what it is to tell: expected one direction, actual both");
    }
    int cut = cut(text, level, options.validation);
    String first = text.substring(0, cut);
    // A rare letter of the last part is no error, words are as the literature counts perplexity.
    Vocabulary vocabulary =
        Vocabulary.of(
            level,
            level == Vocabulary.Level.CHAR ? text : first,
            Integer.MAX_VALUE,
            options.minCount);
    int[] train = vocabulary.encodePrompt(first).ids();
    int[] valid = vocabulary.encode(text.substring(cut)).ids();
    var shape =
        new LanguageModel.Config(
            options.cell,
            options.embedding(vocabulary.size()),
            options.hidden,
            options.layers,
            false,
            options.dropout(),
            options.cutoffs);
    int batch = options.batch(train.length / options.window);
    var training =
        new LanguageModelTrainer.Config(
            batch,
            options.window,
            options.epochs,
            options.rule,
            options.rate,
            options.clipping,
            options.schedule(),
            options.seed,
            Math.min(options.threads, batch),
            0,
            options.patience,
            0,
            options.average);
    return new Prepared(shape, vocabulary, train, valid, training);
  }

  /** Where the last part of a text begins: between two symbols. */
  private static int cut(String text, Vocabulary.Level level, double fraction) {
    int at = (int) Math.round(text.length() * (1 - fraction));
    while (at < text.length()
        && !(level == Vocabulary.Level.WORD
            ? Character.isWhitespace(text.charAt(at))
            : !Character.isLowSurrogate(text.charAt(at)))) {
      at++;
    }
    return at;
  }

  private static void train(LanguageModel model, Prepared prepared, SequenceOptions options) {
    Tensor values = model.parameters().values();
    try (var trainer =
            new LanguageModelTrainer(model, prepared.train, prepared.valid, prepared.training);
        Tensor best = Tensor.allocate(values.shape())) {
      var epochs = new Epochs(prepared, options, trainer, best);
      epochs.goOn();
      trainer.run(options.listener::stops, epochs);
      values.copyFrom(epochs.hasBest() ? best : trainer.result().parameters().values());
      model.parameters().changed();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Tells of epochs as the other models' trainings do, keeps the best weights, and writes the
   * checkpoint.
   */
  private static final class Epochs implements LanguageModelTrainer.Listener {
    private static final String BEST = "best";

    private final Prepared prepared;
    private final SequenceOptions options;
    private final LanguageModelTrainer trainer;
    private final Tensor best;
    private final List<TrainingListener.Epoch> done = new ArrayList<>();
    private double nats;
    private long symbols;
    private long start = System.nanoTime();

    Epochs(Prepared prepared, SequenceOptions options, LanguageModelTrainer trainer, Tensor best) {
      this.prepared = prepared;
      this.options = options;
      this.trainer = trainer;
      this.best = best;
    }

    private boolean validates() {
      return prepared.valid.length > 1;
    }

    boolean hasBest() {
      return validates() && done.stream().anyMatch(TrainingListener.Epoch::best);
    }

    @Override
    public void onStep(LanguageModelTrainer ofStep, double loss, double norm, double rate)
        throws IOException {
      nats += loss * trainer.symbolsOfLastStep();
      symbols += trainer.symbolsOfLastStep();
      if (!validates() && trainer.epoch() > done.size()) {
        onEpoch(Double.NaN, true);
      }
    }

    @Override
    public void onValidation(LanguageModelTrainer ofStep, double loss, boolean isBest)
        throws IOException {
      if (isBest) {
        best.copyFrom(trainer.result().parameters().values());
      }
      onEpoch(loss, isBest);
    }

    private void onEpoch(double validLoss, boolean isBest) throws IOException {
      long now = System.nanoTime();
      done.add(
          new TrainingListener.Epoch(
              trainer.epoch(),
              trainer.config().epochs(),
              nats / symbols,
              validLoss,
              isBest,
              1e-9 * (now - start)));
      options.listener.onEpoch(done.getLast());
      nats = 0;
      symbols = 0;
      start = now;
      if (options.checkpoint != null) {
        var writer = new SafetensorsWriter();
        trainer.addTo(writer, prepared.description());
        writer.add(BEST, best).add(Checkpoint.EPOCHS, Checkpoint.pack(done));
        writer.write(options.checkpoint);
      }
    }

    /** From the last whole epoch, where there is a checkpoint. */
    void goOn() throws IOException {
      if (options.checkpoint == null || !Files.exists(options.checkpoint)) {
        return;
      }
      try (SafetensorsFile in = SafetensorsFile.open(options.checkpoint)) {
        trainer.restore(in, prepared.description());
        in.loadInto(BEST, best);
        done.addAll(Checkpoint.unpack(in.loadLongs(Checkpoint.EPOCHS), trainer.config().epochs()));
      }
      if (done.size() != trainer.epoch()) {
        throw new ModelFileException(options.checkpoint, "tensor 'epochs' is damaged");
      }
      done.forEach(options.listener::onEpoch);
    }
  }

  /** The symbols that it knows, in the order of a prediction's probabilities. */
  public Vocabulary vocabulary() {
    return model.vocabulary();
  }

  /**
   * What follows a text.
   *
   * @param text at least one symbol; where symbols are words, the line goes on behind the last one
   *     unless the text ends with a line break
   * @throws IllegalArgumentException if it has no symbol, or characters that the model does not
   *     know; words that it does not know are read as {@link Vocabulary#UNKNOWN}
   */
  public LabelPrediction predict(String text) {
    try (TextSession session = newSession()) {
      if (session.read(text) == 0) {
        throw new IllegalArgumentException("text: expected at least one symbol, actual none");
      }
      return session.prediction();
    }
  }

  /**
   * Measures how well each symbol of a text but the first is told from all before it. Characters
   * that the model does not know are left out.
   *
   * @throws IllegalArgumentException if the text has fewer than two symbols
   */
  public LanguageModelEvaluator.Score evaluate(String text) {
    int[] ids = vocabulary().encode(text).ids();
    return LanguageModelEvaluator.exact(model, ids, done -> {});
  }

  /**
   * A session for one text as it comes.
   *
   * @throws IllegalStateException if the model is closed
   */
  public TextSession newSession() {
    return new TextSession(packed, vocabulary());
  }

  /** What another model may begin with, whose steps are a symbol each. */
  public Beginning beginning() {
    return Beginning.of(model);
  }

  /**
   * Saves all that {@link #load} needs, atomically: the file of a {@link LanguageModel}.
   *
   * @throws IOException if it fails; an earlier file of that name is then unharmed
   */
  public void save(Path file) throws IOException {
    model.save(file);
  }

  /**
   * Loads what {@link #save} or {@link LanguageModel#save} wrote.
   *
   * @throws io.ciranda.io.ModelFileException if the file holds another kind of model, or is of a
   *     newer version, or damaged
   */
  public static SequenceLanguageModel load(Path file) throws IOException {
    return new SequenceLanguageModel(LanguageModel.load(file, Backend.best()));
  }

  /** Frees the weights; sessions that are open go on. */
  @Override
  public void close() {
    packed.close();
    model.close();
  }

  @Override
  public String toString() {
    return "language model, %,d weights: %s"
        .formatted(model.parameters().count(), packed.architecture());
  }
}
