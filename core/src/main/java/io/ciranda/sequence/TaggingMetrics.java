package io.ciranda.sequence;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * How well the steps of sequences were labelled, one by one, and as entities where labels are of
 * the form {@code B-TYPE}, {@code I-TYPE} and {@code O}. An entity counts as found where its first
 * step, its last step and its type are all right, by the rules of CoNLL (Tjong Kim Sang and De
 * Meulder 2003): {@code B-} begins an entity, and so does an {@code I-} that follows {@code O} or
 * another type.
 */
public final class TaggingMetrics {
  private final ClassificationMetrics steps;
  private long found;
  private long predicted;
  private long actual;

  /** A span of steps, {@code to} exclusive. */
  record Entity(String type, int from, int to) {}

  private TaggingMetrics(List<String> labels) {
    steps = new ClassificationMetrics(labels);
  }

  /**
   * Of labels that somebody else gave: a baseline, another program.
   *
   * @param wanted the labels of each sequence
   * @param given as many, and as many in each
   * @throws IllegalArgumentException if it is another number
   */
  public static TaggingMetrics of(List<List<String>> wanted, List<List<String>> given) {
    require("sequences", wanted.size(), given.size());
    Stream<String> all = Stream.of(given, wanted).flatMap(List::stream).flatMap(List::stream);
    return of(List.copyOf(new TreeSet<>(all.toList())), wanted, given);
  }

  /** In the order of {@code labels}, which have to be all. */
  static TaggingMetrics of(
      List<String> labels, List<List<String>> wanted, List<List<String>> given) {
    var metrics = new TaggingMetrics(labels);
    for (int i = 0; i < wanted.size(); i++) {
      require("labels of sequence " + i, wanted.get(i).size(), given.get(i).size());
      metrics.add(wanted.get(i), given.get(i));
    }
    return metrics;
  }

  private static void require(String what, int expected, int actual) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          "%s: expected %d, actual %d".formatted(what, expected, actual));
    }
  }

  private void add(List<String> wanted, List<String> given) {
    for (int t = 0; t < wanted.size(); t++) {
      steps.add(wanted.get(t), given.get(t));
    }
    Set<Entity> wantedEntities = entities(wanted);
    Set<Entity> givenEntities = entities(given);
    actual += wantedEntities.size();
    predicted += givenEntities.size();
    found += givenEntities.stream().filter(wantedEntities::contains).count();
  }

  static Set<Entity> entities(List<String> labels) {
    var entities = new HashSet<Entity>();
    int from = 0;
    for (int t = 0; t <= labels.size(); t++) {
      String type = t == 0 ? "" : type(labels.get(t - 1));
      boolean goesOn =
          t > 0
              && t < labels.size()
              && labels.get(t).startsWith("I-")
              && type(labels.get(t)).equals(type);
      if (!goesOn) {
        if (!type.isEmpty()) {
          entities.add(new Entity(type, from, t));
        }
        from = t;
      }
    }
    return entities;
  }

  /** Empty where a label belongs to no entity. */
  private static String type(String label) {
    boolean inside = label.startsWith("B-") || label.startsWith("I-");
    return inside ? label.substring(2) : "";
  }

  /** The labels of the steps one by one. */
  public ClassificationMetrics steps() {
    return steps;
  }

  /** The fraction of the steps whose label was right. */
  public double accuracy() {
    return steps.accuracy();
  }

  /** Of the entities that were predicted, the fraction that was right. */
  public double precision() {
    return ClassificationMetrics.ratio(found, predicted);
  }

  /** Of the entities that there were, the fraction that was found. */
  public double recall() {
    return ClassificationMetrics.ratio(found, actual);
  }

  /** The harmonic mean of precision and recall of entities. */
  public double f1() {
    return ClassificationMetrics.ratio(2 * found, predicted + actual);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "entities: F1 %.4f, precision %.4f, recall %.4f, %d of %d found, %d predicted%n%s",
        f1(),
        precision(),
        recall(),
        found,
        actual,
        predicted,
        steps);
  }
}
