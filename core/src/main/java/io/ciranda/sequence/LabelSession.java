package io.ciranda.sequence;

import java.util.List;

/**
 * A stream whose steps have labels, or that has a label as a whole: the answer after each step is
 * that for the step (a tagger), or for what has been read so far (a classifier).
 */
public final class LabelSession extends SequenceSession {
  private final List<String> labels;
  private final float[] probabilities; // [C]
  private int best;

  LabelSession(SequenceModel model) {
    super(model);
    labels = model.targets().labels();
    probabilities = new float[labels.size()];
  }

  @Override
  void answer(float[] outputs) {
    best = Scores.softmax(outputs, 0, probabilities);
  }

  /**
   * The likeliest label.
   *
   * @throws IllegalStateException before the first step
   */
  public String label() {
    requireStep();
    return labels.get(best);
  }

  /**
   * The probability of label {@code c} in the order of the model's labels.
   *
   * @throws IllegalStateException before the first step
   */
  public float probability(int c) {
    requireStep();
    return probabilities[c];
  }

  /** All that is known of the label, as a copy; allocates, unlike the others. */
  public LabelPrediction prediction() {
    requireStep();
    return new LabelPrediction(labels, probabilities.clone(), best);
  }
}
