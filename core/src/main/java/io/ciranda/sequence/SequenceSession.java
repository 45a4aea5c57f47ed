package io.ciranda.sequence;

import io.ciranda.infer.Session;

/**
 * One stream, read step by step. After the steps of a sequence the answer is that of {@code
 * predict} for it, bit for bit. For one thread at a time; any number of sessions may share a model,
 * and go on when it is closed.
 *
 * <p>Where the model reads in one direction and has no CRF, a step takes the same time and memory
 * at any length, and allocates nothing once it is compiled, but where names are read letter by
 * letter. Any other model needs the whole sequence: a step keeps what it has read, in memory that
 * grows with the sequence and stays for the next one after {@link #reset}, and the model runs over
 * all of it when it is first asked after a step, not before. That allocates, and takes time by the
 * length: ask where an answer is wanted, rather than after each step.
 */
public abstract sealed class SequenceSession implements AutoCloseable
    permits LabelSession, ForecastSession {
  private static final float[] NO_NUMBERS = {};

  final SequenceModel model;
  private final Encoder encoder;
  private final Session session;
  private final boolean whole; // steps are kept and run together
  private final StepBuffer buffer; // of one step, or all
  private final float[] y; // [O]
  private final int[] rows; // [K]
  private String spelled; // the name that is read letter by letter
  private final Pool pool;
  private long steps;
  private boolean answered = true; // all steps are in the answer

  SequenceSession(SequenceModel model) {
    this.model = model;
    encoder = model.encoder();
    session = model.packed().newSession();
    whole = model.readsWhole();
    buffer = new StepBuffer(model, 1, 1);
    y = new float[model.targets().outputs()];
    rows = new int[encoder.tables().size()];
    pool = new Pool(model.pooling(), y.length);
  }

  /**
   * One step of numbers alone, {@code [N]}; NaN for one that is missing.
   *
   * @throws IllegalArgumentException if the model reads steps of another form, or a number is
   *     infinite; the state is then unchanged
   * @throws IllegalStateException if the session is closed
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
    spelled = encoder.spelled() < 0 ? null : names[encoder.spelled()];
    run(numbers);
  }

  private void require(int numbers, int symbols, boolean named) {
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
    if (whole) {
      keep(numbers);
    } else {
      buffer.set(0, 0, numbers, rows, 0, spelled);
      buffer.step(session, y);
      pool.add(y, 0);
      answer(pool.pooled());
    }
    steps++;
  }

  private void keep(float[] numbers) {
    session.reset(); // the next answer's run begins at the start; throws if closed
    buffer.reserve((int) steps + 1);
    buffer.set((int) steps, 0, numbers, rows, 0, spelled);
    answered = false;
  }

  /**
   * Forms the answer.
   *
   * @param outputs of the network, {@code [O]}; {@code [T][O]} where they are those of each step
   *     and the model needs the whole sequence
   */
  abstract void answer(float[] outputs);

  /** Sees to the answer for all steps so far; throws unless there has been one. */
  final void requireAnswer() {
    if (steps == 0) {
      throw new IllegalStateException("there is no answer before the first step");
    }
    if (!answered) {
      int length = (int) steps;
      answer(model.pooled(buffer.run(session, length), 0, 1, length));
      answered = true;
    }
  }

  /** Steps since the start or the last {@link #reset}. */
  public final long steps() {
    return steps;
  }

  /** Goes back to the start of a sequence; the memory that steps took is for those to come. */
  public final void reset() {
    session.reset();
    pool.reset();
    steps = 0;
  }

  /** Gives the session's memory back. Closing twice is harmless. */
  @Override
  public final void close() {
    session.close();
    buffer.close();
  }
}
