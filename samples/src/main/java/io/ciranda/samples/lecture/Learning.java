package io.ciranda.samples.lecture;

import io.ciranda.autograd.Parameters;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.train.Clipping;
import io.ciranda.train.DataParallel;
import io.ciranda.train.Schedule;

/** How the examples learn: Adam, the gradient's norm clipped to 1, the rate falling to 0. */
public final class Learning implements AutoCloseable {
  private final DataParallel parallel;

  /** One thread: these networks are small. */
  public Learning(Backend backend, Parameters parameters, DataParallel.Refresh refresh) {
    this(backend, parameters, refresh, 1);
  }

  /** Each thread learns from its own part of a batch. */
  public Learning(
      Backend backend, Parameters parameters, DataParallel.Refresh refresh, int threads) {
    var adam = new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false);
    parallel =
        new DataParallel(backend, parameters, adam, new Clipping.ByNorm(1), threads, refresh);
  }

  /**
   * One step of {@code steps}.
   *
   * @param rate the learning rate at the beginning
   * @param loss the forward pass of one thread's part of the batch
   * @return the sum of the threads' losses
   */
  public double step(long step, long steps, double rate, DataParallel.Slice loss) {
    var position = new Schedule.Position(step, steps, 0, 0);
    double factor = new Schedule.Cosine(0, 0).factor(position);
    return parallel.step(step, rate * factor, loss).loss();
  }

  @Override
  public void close() {
    parallel.close();
  }
}
