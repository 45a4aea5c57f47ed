package io.ciranda.bench.peer;

/**
 * One engine that runs one {@link Workload} again and again, in one thread (an engine may have more
 * of its own).
 */
public interface Peer extends AutoCloseable {
  /**
   * One call: hands the workload's input to the engine as if it were new, carries the state where
   * the spec says so (else starts from zeros), and leaves the output where the engine puts it.
   */
  void run();

  /**
   * The output of the last run: {@code [T][B][O]}, hidden values of the top layer, or probabilities
   * where the network reads tokens. Not part of a call: may copy.
   */
  float[] output();

  /** Sets the carried state to zeros. */
  void reset();

  @Override
  void close();
}
