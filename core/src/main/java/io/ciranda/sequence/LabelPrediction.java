package io.ciranda.sequence;

import io.ciranda.infer.TopK;
import io.ciranda.nn.LinearChainCrf;
import java.util.Arrays;
import java.util.List;

/** A label and how likely it and the others are. */
public final class LabelPrediction {
  private final List<String> labels;
  private final float[] probabilities;
  private final int best;

  /** Takes over the array. */
  LabelPrediction(List<String> labels, float[] probabilities, int best) {
    this.labels = labels;
    this.probabilities = probabilities;
    this.best = best;
  }

  /** Of a network's outputs for one place, which begin at {@code from}. */
  static LabelPrediction of(List<String> labels, float[] outputs, int from) {
    float[] probabilities = new float[labels.size()];
    return new LabelPrediction(labels, probabilities, Scores.softmax(outputs, from, probabilities));
  }

  /**
   * Of the steps of a sequence.
   *
   * @param crf null where each step is by itself
   * @param outputs of the network, {@code [T][C]}
   */
  static List<LabelPrediction> ofSteps(
      List<String> labels, LinearChainCrf.Weights crf, float[] outputs) {
    int width = labels.size();
    var steps = new LabelPrediction[outputs.length / width];
    if (crf == null) {
      Arrays.setAll(steps, t -> of(labels, outputs, t * width));
    } else {
      int[] path = crf.decode(outputs);
      float[] marginals = crf.marginals(outputs);
      Arrays.setAll(
          steps,
          t ->
              new LabelPrediction(
                  labels, Arrays.copyOfRange(marginals, t * width, (t + 1) * width), path[t]));
    }
    return List.of(steps);
  }

  /**
   * Copies the probabilities of all labels.
   *
   * @param to out {@code [C]}
   * @return the number of the label that is told
   */
  int copyTo(float[] to) {
    System.arraycopy(probabilities, 0, to, 0, probabilities.length);
    return best;
  }

  /** The likeliest label. */
  public String label() {
    return labels.get(best);
  }

  /** The likeliest label's probability. */
  public float probability() {
    return probabilities[best];
  }

  /**
   * A label's probability.
   *
   * @throws IllegalArgumentException if the model does not know it
   */
  public float probability(String label) {
    int c = labels.indexOf(label);
    if (c < 0) {
      throw new IllegalArgumentException(
          "label: expected one of %s, actual '%s'".formatted(labels, label));
    }
    return probabilities[c];
  }

  /** The probabilities of all labels in the order of the model's, a copy. */
  public float[] probabilities() {
    return probabilities.clone();
  }

  /** The k likeliest labels, the likeliest first; all where there are fewer. */
  public List<String> top(int k) {
    int[] ids = new int[Math.min(k, labels.size())];
    TopK.select(probabilities, 0, labels.size(), ids, new float[ids.length]);
    return Arrays.stream(ids).mapToObj(labels::get).toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelPrediction that
        && labels.equals(that.labels)
        && best == that.best
        && Arrays.equals(probabilities, that.probabilities);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(probabilities);
  }

  @Override
  public String toString() {
    return "%s (%.3f)".formatted(label(), probability());
  }
}
