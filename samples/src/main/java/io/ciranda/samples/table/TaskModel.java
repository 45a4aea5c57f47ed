package io.ciranda.samples.table;

import io.ciranda.sequence.Estimate;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.SequenceSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A model of one of the tasks. */
sealed interface TaskModel extends AutoCloseable
    permits ClassifierModel, TaggerModel, ForecasterModel {

  /**
   * How good a model is.
   *
   * @param text for a person
   * @param figures for {@code --json}
   */
  record Evaluation(String text, Object figures) {}

  /** What a training would take; {@code valid} is null where a fraction is kept. */
  static Estimate estimate(
      TableSchema schema, List<Group> train, boolean splits, SequenceOptions options) {
    SequenceOptions own = splits ? options : options.withValidation(0);
    return switch (schema.task()) {
      case CLASSIFY -> ClassifierModel.estimate(train, own);
      case TAG -> TaggerModel.estimate(train, own);
      case FORECAST -> ForecasterModel.estimate(schema, train, own);
    };
  }

  /**
   * Trains a model.
   *
   * @param valid null where a fraction of {@code train} is kept, as it is for a forecast
   */
  static TaskModel fit(
      TableSchema schema, List<Group> train, List<Group> valid, SequenceOptions options) {
    return switch (schema.task()) {
      case CLASSIFY -> ClassifierModel.fit(train, valid, options);
      case TAG -> TaggerModel.fit(train, valid, options);
      case FORECAST -> ForecasterModel.fit(schema, train, options);
    };
  }

  /** Loads a model. */
  static TaskModel load(Path file, TableSchema schema) throws IOException {
    return switch (schema.task()) {
      case CLASSIFY -> ClassifierModel.load(file);
      case TAG -> TaggerModel.load(file);
      case FORECAST -> ForecasterModel.load(file, schema);
    };
  }

  /** Saves it with the names of its columns. */
  void save(Path file, TableSchema schema) throws IOException;

  /** Compares what it tells with what is so. */
  Evaluation evaluate(List<Group> groups);

  /** Whether training has seen a name in a column of names, numbered from 0. */
  boolean knows(int column, String name);

  /** A stream. */
  SequenceSession newSession();

  /** The names of an answer's fields. */
  List<String> answerNames();

  /** The fields of a stream's answer. */
  List<String> answer(SequenceSession session);

  /** The fields of a whole sequence's answers: one of each row, or one alone, after the last. */
  List<List<String>> answers(Group group);

  @Override
  void close();
}
