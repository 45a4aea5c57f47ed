package io.ciranda.sequence;

import io.ciranda.infer.Session;

/**
 * One stream, read step by step. A step allocates nothing once it is compiled, but where names are
 * read letter by letter. After the steps of a sequence the answer is that of {@code predict} for
 * it, bit for bit. For one thread at a time; any number of sessions may share a model, and go on
 * when it is closed.
 */
public abstract sealed class SequenceSession implements AutoCloseable
    permits LabelSession, ForecastSession {
  private static final float[] NO_NUMBERS = {};

  private final SequenceModel model;
  private final Encoder encoder;
  private final Session session;
  private final float[] x; // [I]
  private final float[] y; // [O]
  private final int[] rows; // [K]
  private final Speller speller; // or null
  private String spelled; // the name that it is to read
  private final Pool pool;
  private long steps;

  SequenceSession(SequenceModel model) {
    this.model = model;
    encoder = model.encoder();
    session = model.packed().newSession();
    x = new float[model.input()];
    y = new float[model.targets().outputs()];
    rows = new int[encoder.tables().size()];
    speller = model.newSpeller();
    pool = new Pool(model.pooling(), y.length);
  }

  /**
   * One step of numbers alone, {@code [N]}; NaN for one that is missing.
   *
   * @throws IllegalArgumentException if the model reads steps of another form, or a number is
   *     infinite; the state is then unchanged
   * @throws UnsupportedOperationException if the model is bidirectional: it needs whole sequences,
   *     which {@code predict} takes; or if it tells labels by a CRF, of whole sequences too
   */
  public final void step(float[] numbers) {
    require(numbers.length, 0, encoder.isNamed());
    run(numbers);
  }

  /** One step of one id alone, as {@link #step(float[])}. */
  public final void step(int id) {
    require(0, 1, false);
    rows[0] = encoder.tables().getFirst().row(id);
    run(NO_NUMBERS);
  }

  /** One step of one name alone, as {@link #step(float[])}. */
  public final void step(String name) {
    require(0, 1, true);
    rows[0] = encoder.tables().getFirst().row(name);
    spelled = name;
    run(NO_NUMBERS);
  }

  /** One step of numbers {@code [N]} and ids {@code [K]}, as {@link #step(float[])}. */
  public final void step(float[] numbers, int[] ids) {
    require(numbers.length, ids.length, false);
    for (int k = 0; k < ids.length; k++) {
      rows[k] = encoder.tables().get(k).row(ids[k]);
    }
    run(numbers);
  }

  /** One step of numbers {@code [N]} and names {@code [K]}, as {@link #step(float[])}. */
  public final void step(float[] numbers, String[] names) {
    require(numbers.length, names.length, true);
    for (int k = 0; k < names.length; k++) {
      rows[k] = encoder.tables().get(k).row(names[k]);
    }
    spelled = speller == null ? null : names[encoder.spelled()];
    run(numbers);
  }

  private void require(int numbers, int symbols, boolean named) {
    if (model.network().sizes().bidirectional()) {
      throw new UnsupportedOperationException(
          "a bidirectional model reads a sequence from both ends: it cannot step, give whole sequences to predict, or train with withBidirectional(false)");
    }
    if (model.network().crf() != null) {
      throw new UnsupportedOperationException(
          "a model with a CRF tells the labels of a sequence together: it cannot step, give whole sequences to predict, or train with withCrf(false)");
    }
    if (numbers != encoder.numbers()
        || symbols != rows.length
        || (named != encoder.isNamed() && symbols > 0)) {
      throw new IllegalArgumentException(
          "expected a step of %s, actual %s"
              .formatted(encoder.form(), Sequence.form(numbers, symbols, named)));
    }
  }

  private void run(float[] numbers) {
    for (int j = 0; j < numbers.length; j++) {
      if (Float.isInfinite(numbers[j])) {
        throw new IllegalArgumentException(
            "number %d: expected a finite value, or NaN for a missing one, actual %s"
                .formatted(j, numbers[j]));
      }
    }
    if (model.readsTokens()) {
      session.step(rows[0], y);
    } else {
      encoder.encode(numbers, 0, x, 0);
      int at = encoder.features();
      for (int k = 0; k < rows.length; k++) {
        if (k == encoder.spelled()) {
          speller.spell(spelled, x, at);
        } else {
          model.embed(k, rows[k], x, at);
        }
        at += model.network().sizes().width(k);
      }
      session.step(x, y);
    }
    pool.add(y, 0);
    steps++;
    answer(pool.pooled());
  }

  /** Forms the answer from the network's outputs {@code [O]}. */
  abstract void answer(float[] outputs);

  /** Throws unless there has been a step. */
  final void requireStep() {
    if (steps == 0) {
      throw new IllegalStateException("there is no answer before the first step");
    }
  }

  /** Steps since the start or the last {@link #reset}. */
  public final long steps() {
    return steps;
  }

  /** Goes back to the start of a sequence. */
  public final void reset() {
    session.reset();
    pool.reset();
    steps = 0;
  }

  /** Gives the session's memory back. Closing twice is harmless. */
  @Override
  public final void close() {
    session.close();
    if (speller != null) {
      speller.close();
    }
  }
}
