package io.ciranda.samples.table;

import io.ciranda.samples.table.ClassifierModel.Figures;
import io.ciranda.sequence.Estimate;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.LabelSession;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.SequenceSession;
import io.ciranda.sequence.SequenceTagger;
import io.ciranda.sequence.TaggingMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Tells a label for each row. */
record TaggerModel(SequenceTagger model) implements TaskModel {

  /** Of spans that labels {@code B-TYPE} and {@code I-TYPE} mark. */
  record Entities(double f1, double precision, double recall) {}

  /**
   * What {@code --json} prints.
   *
   * @param entities null where no labels mark any
   */
  record TagFigures(Figures rows, Entities entities) {}

  static Estimate estimate(List<Group> train, SequenceOptions options) {
    return SequenceTagger.estimate(examples(train), options);
  }

  static TaggerModel fit(List<Group> train, List<Group> valid, SequenceOptions options) {
    return new TaggerModel(
        valid == null
            ? SequenceTagger.fit(examples(train), options)
            : SequenceTagger.fit(examples(train), examples(valid), options));
  }

  static TaggerModel load(Path file) throws IOException {
    return new TaggerModel(SequenceTagger.load(file));
  }

  private static List<Example<List<String>>> examples(List<Group> groups) {
    return groups.stream().map(g -> new Example<>(g.sequence(), g.labels())).toList();
  }

  @Override
  public void save(Path file, TableSchema schema) throws IOException {
    model.save(file, schema.metadata());
  }

  @Override
  public Evaluation evaluate(List<Group> groups) {
    TaggingMetrics metrics = model.evaluate(examples(groups));
    Figures rows = Figures.of(metrics.steps());
    return marksEntities()
        ? new Evaluation(
            metrics.toString(),
            new TagFigures(rows, new Entities(metrics.f1(), metrics.precision(), metrics.recall())))
        : new Evaluation(metrics.steps().toString(), new TagFigures(rows, null));
  }

  private boolean marksEntities() {
    return model.labels().stream().anyMatch(label -> label.startsWith("B-"));
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
    return ClassifierModel.LABEL_NAMES;
  }

  @Override
  public List<String> answer(SequenceSession session) {
    return ClassifierModel.labelFields(((LabelSession) session).prediction());
  }

  @Override
  public List<List<String>> answers(Group group) {
    return model.predict(group.sequence()).stream().map(ClassifierModel::labelFields).toList();
  }

  @Override
  public void close() {
    model.close();
  }
}
