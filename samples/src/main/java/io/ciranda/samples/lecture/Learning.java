package io.ciranda.samples.lecture;

import io.ciranda.autograd.Parameters;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.train.Clipping;
import io.ciranda.train.DataParallel;
import io.ciranda.train.LossCurves;
import io.ciranda.train.Patience;
import io.ciranda.train.RunState;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.nio.file.Path;

/** How the examples learn: Adam, the gradient's norm clipped to 1, the rate falling to 0. */
public final class Learning implements AutoCloseable {
  private final Parameters parameters;
  private final DataParallel parallel;
  private final RunState state;

  /** One thread: these networks are small. */
  public Learning(Backend backend, Parameters parameters, DataParallel.Refresh refresh) {
    this(backend, parameters, refresh, 1);
  }

  /** Each thread learns from its own part of a batch. */
  public Learning(
      Backend backend, Parameters parameters, DataParallel.Refresh refresh, int threads) {
    this.parameters = parameters;
    var adam = new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false);
    parallel =
        new DataParallel(backend, parameters, adam, new Clipping.ByNorm(1), threads, refresh);
    // The curves and the best validation are not used.
    state =
        new RunState(
            parameters,
            parallel.optimizer(),
            new Patience(0, new Schedule.Constant()),
            new LossCurves(0));
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

  /**
   * Writes all that a training goes on from if it is interrupted, atomically.
   *
   * @param training what the one that goes on must have in common with it
   * @param position where it stands, in numbers of its own that are not negative
   */
  public void save(Path file, String training, long... position) throws IOException {
    var writer = new SafetensorsWriter().addAll(parameters.tensors());
    state.addTo(writer, training, position);
    writer.write(file);
  }

  /**
   * Goes on from what {@link #save} wrote.
   *
   * @param bounds of the numbers of the position
   * @return the position
   * @throws io.ciranda.io.ModelFileException if the file is damaged, or of another training
   */
  public long[] restore(Path file, String training, long... bounds) throws IOException {
    try (SafetensorsFile in = SafetensorsFile.open(file)) {
      return state.restore(in, training, bounds);
    }
  }

  @Override
  public void close() {
    parallel.close();
  }
}
