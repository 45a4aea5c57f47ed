package io.ciranda;

import io.ciranda.autograd.Tape;
import io.ciranda.io.ModelFormat;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.memory.Workspace;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelEvaluator;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.nn.Attention;
import io.ciranda.nn.Cell;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.Forecast;
import io.ciranda.sequence.LabelPrediction;
import io.ciranda.sequence.Pooling;
import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceForecaster;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.SequenceTagger;
import io.ciranda.sequence.SequenceTranscriber;
import io.ciranda.sequence.Transcription;
import io.ciranda.text.TextCodec;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import io.ciranda.translation.Architecture;
import io.ciranda.translation.SentencePair;
import io.ciranda.translation.TranslationModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Model files in {@code src/test/resources/formats/VERSION}, each with what the model in it
 * answered to the version of this library that wrote it. {@link FormatTest} reads those of all
 * versions.
 *
 * <p>As a program it writes those of the present version that are not there yet. It never
 * overwrites one: what was written once is read for ever. In core, after {@code mvn package}:
 *
 * <pre>
 * java -cp 'target/test-classes:../samples/target/ciranda/lib/*' io.ciranda.FormatFiles
 * </pre>
 */
enum FormatFiles {
  /** Characters that JSON has to escape; weights of its own for the output. */
  LANGUAGE_MODEL {
    @Override
    void write(Path file) throws IOException {
      var config = new LanguageModel.Config(Cell.LSTM, 5, 6, 2, false, 0.25f);
      var vocabulary =
          new Vocabulary(Vocabulary.Level.CHAR, List.of("a", "\"", "\n", "\u0000", "é", "😀"));
      try (var model = LanguageModel.create(config, vocabulary, Backend.best(), 1)) {
        model.save(file);
      }
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofLanguageModel(file, copy, "aé😀\n\"a\u0000\né😀é");
    }
  },

  /** Words; output and embedding share their weights. */
  LANGUAGE_MODEL_TIED {
    @Override
    void write(Path file) throws IOException {
      var config = new LanguageModel.Config(Cell.GRU, 4, 4, 1, true, 0);
      var vocabulary = Vocabulary.of(Vocabulary.Level.WORD, "hand in hand\nin a ring", 6);
      try (var model = LanguageModel.create(config, vocabulary, Backend.best(), 2)) {
        model.save(file);
      }
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofLanguageModel(file, copy, "in a ring\nhand in hand");
    }
  },

  /** A training in its second epoch; read as a model, and taken up again. */
  CHECKPOINT {
    private static final String TEXT = "step by step, the ring goes round; ";
    private static final Vocabulary VOCABULARY =
        Vocabulary.of(Vocabulary.Level.CHAR, TEXT, Integer.MAX_VALUE);

    private LanguageModelTrainer trainer(LanguageModel model) {
      var config =
          new LanguageModelTrainer.Config(
              2,
              4,
              2,
              UpdateRule.Adam.standard(),
              0.01,
              new Clipping.ByNorm(1),
              new Schedule.Plateau(2, 0.5),
              3,
              1,
              2,
              0);
      int[] ids = VOCABULARY.encode(TEXT).ids();
      return new LanguageModelTrainer(model, ids, Arrays.copyOf(ids, 9), config);
    }

    private LanguageModel model() {
      var config = new LanguageModel.Config(Cell.LSTM, 4, 5, 1, false, 0);
      return LanguageModel.create(config, VOCABULARY, Backend.best(), 3);
    }

    @Override
    void write(Path file) throws IOException {
      try (var model = model();
          var trainer = trainer(model)) {
        run(trainer, 7, new ArrayList<>());
        trainer.saveCheckpoint(file, "a test of the format");
      }
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      try (var model = model();
          var trainer = trainer(model)) {
        trainer.resume(file, "a test of the format");
        SequencedMap<String, double[]> answers = ofLanguageModel(file, copy, TEXT);
        trainer.saveCheckpoint(copy, "a test of the format");
        var losses = new ArrayList<Double>();
        run(trainer, Long.MAX_VALUE, losses);
        answers.put("losses", losses.stream().mapToDouble(Double::doubleValue).toArray());
        return answers;
      }
    }

    private void run(LanguageModelTrainer trainer, long steps, List<Double> losses)
        throws IOException {
      var listener =
          new LanguageModelTrainer.Listener() {
            @Override
            public void onStep(LanguageModelTrainer run, double loss, double norm, double rate) {
              losses.add(loss);
            }

            @Override
            public void onValidation(LanguageModelTrainer run, double loss, boolean best) {
              losses.add(loss);
            }
          };
      trainer.run(() -> trainer.step() >= steps, listener);
    }
  },

  /** Numbers, some of them missing, and two columns of names. */
  SEQUENCE_CLASSIFIER {
    private Sequence sequence(int i) {
      String[][] names = new String[2 + i % 3][];
      Arrays.setAll(names, t -> new String[] {"n" + (i + t) % 4, t % 2 == 0 ? "\"" : "é"});
      return numbers(i).withSymbols(names);
    }

    @Override
    void write(Path file) throws IOException {
      try (var model =
          SequenceClassifier.fit(
              examples(this::sequence, i -> "label " + i % 3), SHORT.withLayers(2))) {
        model.save(file);
      }
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofClassifier(file, copy, this::sequence);
    }
  },

  /** Ids that the network reads as tokens, from both ends, pooled. */
  SEQUENCE_CLASSIFIER_OF_IDS {
    private Sequence sequence(int i) {
      return Sequence.ofSymbols(IntStream.range(0, 2 + i % 3).map(t -> 10 * (i + t)).toArray());
    }

    @Override
    void write(Path file) throws IOException {
      SequenceOptions options =
          SHORT.withCell(Cell.RNN_RELU).withBidirectional(true).withPooling(Pooling.MEAN);
      try (var model =
          SequenceClassifier.fit(examples(this::sequence, i -> "label " + i % 2), options)) {
        model.save(file);
      }
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofClassifier(file, copy, this::sequence);
    }
  },

  /** Names, a label for each. */
  SEQUENCE_TAGGER {
    private Sequence sequence(int i) {
      return Sequence.ofSymbols(
          IntStream.range(0, 2 + i % 3).mapToObj(t -> "n" + (i + t) % 4).toArray(String[]::new));
    }

    @Override
    void write(Path file) throws IOException {
      try (var model =
          SequenceTagger.fit(
              examples(this::sequence, FormatFiles::labels), SHORT.withCell(Cell.LSTM))) {
        model.save(file);
      }
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofTagger(file, copy, this::sequence);
    }
  },

  /** Each name twice, as a whole and letter by letter; a CRF. */
  SEQUENCE_TAGGER_CRF {
    private Sequence sequence(int i) {
      return Sequence.ofSymbols(
          IntStream.range(0, 2 + i % 3)
              .mapToObj(t -> new String[] {"n" + (i + t) % 4, "\"é😀".repeat((i + t) % 4)})
              .toArray(String[][]::new));
    }

    @Override
    void write(Path file) throws IOException {
      try (var model =
          SequenceTagger.fit(
              examples(this::sequence, FormatFiles::labels),
              SHORT.withSpelled(1, 3).withCrf(true))) {
        model.save(file);
      }
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofTagger(file, copy, this::sequence);
    }
  },

  /** Fewer labels than steps, some of them none. */
  SEQUENCE_TRANSCRIBER {
    @Override
    void write(Path file) throws IOException {
      try (var model =
          SequenceTranscriber.fit(
              examples(FormatFiles::numbers, i -> List.of("a", "b").subList(0, i % 3)), SHORT)) {
        model.save(file);
      }
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      try (var model = SequenceTranscriber.load(file)) {
        model.save(copy);
        var outputs = new ArrayList<>(model.labels());
        outputs.add(SequenceTranscriber.BLANK);
        var answers = new LinkedHashMap<String, double[]>();
        for (int i = 0; i < ASKED; i++) {
          Transcription transcription = model.predict(numbers(i));
          for (int t = 0; t < transcription.steps().size(); t++) {
            put(answers, "%d.%d".formatted(i, t), outputs, transcription.steps().get(t));
          }
        }
        return answers;
      }
    }
  },

  /** Two numbers of a sequence. */
  SEQUENCE_FORECASTER {
    @Override
    void write(Path file) throws IOException {
      try (var model =
          SequenceForecaster.fit(
              examples(FormatFiles::numbers, i -> new float[] {i % 5, i % 3 - 100}), SHORT)) {
        model.save(file);
      }
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofForecaster(file, copy);
    }
  },

  /** Quantiles of one column of a series, some steps ahead. */
  SEQUENCE_FORECASTER_OF_SERIES {
    @Override
    void write(Path file) throws IOException {
      float[] series = new float[120];
      for (int i = 0; i < series.length; i++) {
        series[i] = i * 7 % 11;
      }
      SequenceOptions options = SHORT.withQuantiles(0.1, 0.5, 0.9).withTargetColumns(1);
      try (var model = SequenceForecaster.fitSeries(List.of(Sequence.of(series, 2)), 3, options)) {
        model.save(file);
      }
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofForecaster(file, copy);
    }
  },

  /** Words, an output for each. */
  TRANSLATION_MODEL_WORD_BY_WORD {
    @Override
    void write(Path file) throws IOException {
      saveTranslation(
          TranslationModel.Config.of(Architecture.WORD_BY_WORD, Cell.LSTM, 3, 4, 0),
          TextCodec.Options.of(TextCodec.Level.WORD),
          file);
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofTranslation(file, copy);
    }
  },

  /** Characters, the context fed at each step. */
  TRANSLATION_MODEL_CONTEXT {
    @Override
    void write(Path file) throws IOException {
      saveTranslation(
          TranslationModel.Config.of(Architecture.ENCODER_DECODER, Cell.GRU, 3, 4, 0).withContext(),
          TextCodec.Options.of(TextCodec.Level.CHAR).withLowercase(true),
          file);
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofTranslation(file, copy);
    }
  },

  /** Subwords, additive scores. */
  TRANSLATION_MODEL_ATTENTION {
    @Override
    void write(Path file) throws IOException {
      saveTranslation(
          TranslationModel.Config.of(Architecture.ATTENTION, Cell.GRU, 3, 4, 0),
          TextCodec.Options.of(TextCodec.Level.SUBWORD).withMerges(12),
          file);
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofTranslation(file, copy);
    }
  },

  /** Two layers, general scores, input feeding, weights of its own for the output. */
  TRANSLATION_MODEL_INPUT_FEEDING {
    @Override
    void write(Path file) throws IOException {
      saveTranslation(
          new TranslationModel.Config(
              Architecture.ATTENTION,
              Cell.LSTM,
              3,
              4,
              2,
              false,
              Attention.Score.GENERAL,
              4,
              true,
              false,
              0.25f),
          TextCodec.Options.of(TextCodec.Level.WORD),
          file);
    }

    @Override
    SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException {
      return ofTranslation(file, copy);
    }
  };

  private static final List<String> SOURCES = List.of("the red ring", "a \"ring\" is round", "ü");
  private static final List<String> TARGETS = List.of("l'anneau rouge", "un anneau est rond", "é");

  private static final SequenceOptions SHORT =
      SequenceOptions.standard().withHidden(4).withEpochs(2).withThreads(1);

  private static final int EXAMPLES = 30;
  private static final int ASKED = 3;

  /** Saves a small model. */
  abstract void write(Path file) throws IOException;

  /**
   * Loads a model, saves it again, and asks it.
   *
   * @return numbers that a reader of every version has to come to, with names
   */
  abstract SequencedMap<String, double[]> answers(Path file, Path copy) throws IOException;

  /** The kind whose files have the name of this one. */
  static FormatFiles of(Path file) {
    String name = file.getFileName().toString().replace(".safetensors", "");
    return valueOf(name.replace('-', '_').toUpperCase(Locale.ROOT));
  }

  Path in(Path folder) {
    return folder.resolve(name().toLowerCase(Locale.ROOT).replace('_', '-').concat(".safetensors"));
  }

  /** The file with the answers of the model in a file: lines of a name and its numbers. */
  static Path answersOf(Path file) {
    return file.resolveSibling(
        file.getFileName().toString().replace(".safetensors", ".answers.txt"));
  }

  /** Writes what is missing of the present version, in the folder of core. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of("src/test/resources/formats", Integer.toString(ModelFormat.VERSION));
    Files.createDirectories(folder);
    for (FormatFiles kind : values()) {
      Path file = kind.in(folder);
      if (Files.exists(file)) {
        System.out.println(file + " is there and stays as it is");
        continue;
      }
      kind.write(file);
      Path copy = Files.createTempFile("ciranda", ".safetensors");
      List<String> lines =
          kind.answers(file, copy).entrySet().stream()
              .map(answer -> answer.getKey() + ": " + joined(answer.getValue()))
              .toList();
      Files.write(answersOf(file), lines);
      Files.delete(copy);
      System.out.println(file + " written");
    }
  }

  private static String joined(double[] values) {
    return Arrays.stream(values).mapToObj(Double::toString).collect(Collectors.joining(" "));
  }

  // ---- what kinds have in common ----

  private static SequencedMap<String, double[]> ofLanguageModel(Path file, Path copy, String text)
      throws IOException {
    try (var model = LanguageModel.load(file, Backend.best())) {
      model.save(copy);
      int[] ids = model.vocabulary().encode(text).ids();
      double nats = LanguageModelEvaluator.exact(model, ids, done -> {}).natsPerSymbol();
      var answers = new LinkedHashMap<String, double[]>();
      answers.put("ids", Arrays.stream(ids).asDoubleStream().toArray());
      answers.put("nats a symbol", new double[] {nats});
      return answers;
    }
  }

  private static SequencedMap<String, double[]> ofClassifier(
      Path file, Path copy, IntFunction<Sequence> sequences) throws IOException {
    try (var model = SequenceClassifier.load(file)) {
      model.save(copy);
      var answers = new LinkedHashMap<String, double[]>();
      for (int i = 0; i < ASKED; i++) {
        put(answers, Integer.toString(i), model.labels(), model.predict(sequences.apply(i)));
      }
      return answers;
    }
  }

  /** A label for each step of sequence {@code i}. */
  private static List<String> labels(int i) {
    return IntStream.range(0, 2 + i % 3).mapToObj(t -> (i + t) % 4 == 0 ? "B" : "O").toList();
  }

  private static SequencedMap<String, double[]> ofTagger(
      Path file, Path copy, IntFunction<Sequence> sequences) throws IOException {
    try (var model = SequenceTagger.load(file)) {
      model.save(copy);
      var answers = new LinkedHashMap<String, double[]>();
      for (int i = 0; i < ASKED; i++) {
        List<LabelPrediction> steps = model.predict(sequences.apply(i));
        for (int t = 0; t < steps.size(); t++) {
          put(answers, "%d.%d".formatted(i, t), model.labels(), steps.get(t));
        }
      }
      return answers;
    }
  }

  private static void put(
      SequencedMap<String, double[]> answers,
      String place,
      List<String> labels,
      LabelPrediction prediction) {
    for (String label : labels) {
      answers.put(place + ", " + label, new double[] {prediction.probability(label)});
    }
  }

  private static SequencedMap<String, double[]> ofForecaster(Path file, Path copy)
      throws IOException {
    try (var model = SequenceForecaster.load(file)) {
      model.save(copy);
      var answers = new LinkedHashMap<String, double[]>();
      for (int i = 0; i < ASKED; i++) {
        Forecast forecast = model.predict(numbers(i));
        for (int step = 0; step < forecast.steps(); step++) {
          for (int column = 0; column < forecast.columns(); column++) {
            answers.put("%d.%d.%d".formatted(i, step, column), levels(forecast, step, column));
          }
        }
      }
      return answers;
    }
  }

  private static double[] levels(Forecast forecast, int step, int column) {
    int quantiles = forecast.quantiles().length;
    return quantiles == 0
        ? new double[] {forecast.value(step, column)}
        : IntStream.range(0, quantiles)
            .mapToDouble(level -> forecast.quantile(step, column, level))
            .toArray();
  }

  /** Two numbers a step, the second of them missing now and then. */
  private static Sequence numbers(int i) {
    float[][] numbers = new float[2 + i % 3][];
    Arrays.setAll(
        numbers,
        t ->
            new float[] {
              (7 * i + 3 * t) % 11, (i + t) % 4 == 0 ? Float.NaN : (5 * i + t) % 7 / 4f
            });
    return Sequence.of(numbers);
  }

  private static void saveTranslation(
      TranslationModel.Config config, TextCodec.Options options, Path file) throws IOException {
    try (var model =
        TranslationModel.create(
            config,
            TextCodec.learn(SOURCES, options),
            TextCodec.learn(TARGETS, options),
            Backend.best(),
            4)) {
      model.save(file);
    }
  }

  private static SequencedMap<String, double[]> ofTranslation(Path file, Path copy)
      throws IOException {
    try (var model = TranslationModel.load(file, Backend.best());
        var workspace = new Workspace("formats")) {
      model.save(copy);
      model.refresh(0, 1);
      var answers = new LinkedHashMap<String, double[]>();
      for (int i = 0; i < SOURCES.size(); i++) {
        SentencePair pair = model.encode(SOURCES.get(i), TARGETS.get(i));
        Tape tape = Tape.inference(model.backend(), workspace);
        double nats = model.loss(tape, List.of(pair), TranslationModel.LossOptions.PLAIN, 1);
        answers.put(i + ", source", Arrays.stream(pair.source()).asDoubleStream().toArray());
        answers.put(i + ", target", Arrays.stream(pair.target()).asDoubleStream().toArray());
        answers.put(i + ", nats", new double[] {nats});
      }
      return answers;
    }
  }

  private static <T> List<Example<T>> examples(
      IntFunction<Sequence> sequences, IntFunction<T> targets) {
    return Stream.iterate(0, i -> i + 1)
        .limit(EXAMPLES)
        .map(i -> new Example<>(sequences.apply(i), targets.apply(i)))
        .toList();
  }
}
