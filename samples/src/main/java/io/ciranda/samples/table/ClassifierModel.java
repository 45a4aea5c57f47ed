package io.ciranda.samples.table;

import io.ciranda.sequence.ClassificationMetrics;
import io.ciranda.sequence.Estimate;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.LabelPrediction;
import io.ciranda.sequence.LabelSession;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.SequenceSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Tells a label for each sequence. */
record ClassifierModel(SequenceClassifier model) implements TaskModel {
  static final List<String> LABEL_NAMES = List.of("label", "probability");

  /**
   * What {@code --json} prints of labels.
   *
   * @param confusion by the actual label, then by the one that was told
   */
  record Figures(
      long count,
      double accuracy,
      double macroF1,
      List<LabelFigures> labels,
      Map<String, Map<String, Long>> confusion) {

    static Figures of(ClassificationMetrics metrics) {
      List<String> labels = metrics.labels();
      return new Figures(
          metrics.total(),
          metrics.accuracy(),
          metrics.macroF1(),
          labels.stream().map(label -> LabelFigures.of(metrics, label)).toList(),
          byLabel(labels, actual -> byLabel(labels, told -> metrics.count(actual, told))));
    }

    private static <T> Map<String, T> byLabel(List<String> labels, Function<String, T> value) {
      var map = new LinkedHashMap<String, T>();
      labels.forEach(label -> map.put(label, value.apply(label)));
      return map;
    }
  }

  /** Of one label. */
  record LabelFigures(String label, double precision, double recall, double f1, long support) {
    static LabelFigures of(ClassificationMetrics metrics, String label) {
      return new LabelFigures(
          label,
          metrics.precision(label),
          metrics.recall(label),
          metrics.f1(label),
          metrics.support(label));
    }
  }

  static Estimate estimate(List<Group> train, SequenceOptions options) {
    return SequenceClassifier.estimate(examples(train), options);
  }

  static ClassifierModel fit(List<Group> train, List<Group> valid, SequenceOptions options) {
    return new ClassifierModel(
        valid == null
            ? SequenceClassifier.fit(examples(train), options)
            : SequenceClassifier.fit(examples(train), examples(valid), options));
  }

  static ClassifierModel load(Path file) throws IOException {
    return new ClassifierModel(SequenceClassifier.load(file));
  }

  private static List<Example<String>> examples(List<Group> groups) {
    return groups.stream().map(g -> new Example<>(g.sequence(), g.labels().getFirst())).toList();
  }

  @Override
  public void save(Path file, TableSchema schema) throws IOException {
    model.save(file, schema.metadata());
  }

  @Override
  public Evaluation evaluate(List<Group> groups) {
    ClassificationMetrics metrics = model.evaluate(examples(groups));
    return new Evaluation(metrics.toString(), Figures.of(metrics));
  }

  @Override
  public boolean knows(int column, String name) {
    return model.knows(column, name);
  }

  @Override
  public SequenceSession newSession() {
    return model.newSession();
  }

  @Override
  public List<String> answerNames() {
    return LABEL_NAMES;
  }

  @Override
  public List<String> answer(SequenceSession session) {
    return labelFields(((LabelSession) session).prediction());
  }

  @Override
  public List<List<String>> answers(Group group) {
    return List.of(labelFields(model.predict(group.sequence())));
  }

  static List<String> labelFields(LabelPrediction prediction) {
    return List.of(prediction.label(), Float.toString(prediction.probability()));
  }

  @Override
  public void close() {
    model.close();
  }
}
