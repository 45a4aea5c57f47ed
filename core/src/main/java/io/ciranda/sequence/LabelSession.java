package io.ciranda.sequence;

import java.util.List;

/**
 * A stream whose steps have labels, or that has a label as a whole: the answer after each step is
 * that for the step (a tagger), or for what has been read so far (a classifier).
 *
 * <p>A tagger that reads from both ends or has a CRF may think otherwise of earlier steps with each
 * that it reads; {@link #predictions} tells the labels of all.
 */
public final class LabelSession extends SequenceSession {
  private final List<String> labels;
  private final float[] probabilities; // [C]
  private final boolean tellsAll; // steps' labels anew with each step
  private int best;
  private List<LabelPrediction> predictions; // of all steps, or null

  LabelSession(SequenceModel model) {
    super(model);
    labels = model.targets().labels();
    probabilities = new float[labels.size()];
    tellsAll = model.readsWhole() && model.pooling() == null;
  }

  @Override
  void answer(float[] outputs) {
    if (tellsAll) {
      predictions = model.labels(outputs);
      best = predictions.getLast().copyTo(probabilities);
    } else {
      best = Scores.softmax(outputs, 0, probabilities);
    }
  }

  /**
   * The likeliest label.
   *
   * @throws IllegalStateException before the first step
   */
  public String label() {
    requireAnswer();
    return labels.get(best);
  }

  /**
   * The probability of label {@code c} in the order of the model's labels.
   *
   * @throws IllegalStateException before the first step
   */
  public float probability(int c) {
    requireAnswer();
    return probabilities[c];
  }

  /** All that is known of the label, as a copy; allocates, unlike the others. */
  public LabelPrediction prediction() {
    requireAnswer();
    return new LabelPrediction(labels, probabilities.clone(), best);
  }

  /**
   * The label of each step that has been read: what {@code predict} gives for the sequence so far.
   *
   * @throws IllegalStateException before the first step
   * @throws UnsupportedOperationException if the model is a classifier, or a tagger that reads in
   *     one direction and has no CRF: {@link #prediction} after a step is for good
   */
  public List<LabelPrediction> predictions() {
    if (!tellsAll) {
      throw new UnsupportedOperationException(
          "expected a tagger that reads from both ends or has a CRF, which tells earlier steps' labels anew: of this model ask prediction() after each step");
    }
    requireAnswer();
    return predictions;
  }
}
