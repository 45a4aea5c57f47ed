package io.ciranda.train;

import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What a run of training changes beside the weights, as a checkpoint keeps it: the optimiser's
 * state, the best validation, the curves, and the position, whose first numbers are the trainer's
 * own. So a run that was killed and resumed ends with the same bits as one that was not.
 */
public final class RunState {
  private static final String TRAINING = "ciranda.training";
  private static final String POSITION = "position";
  private static final int SHARED = 7; // numbers of the position that are not the trainer's own

  private final Parameters parameters;
  private final Optimizer optimizer;
  private final Patience patience;
  private final LossCurves curves;

  /** The state made of these. */
  public RunState(
      Parameters parameters, Optimizer optimizer, Patience patience, LossCurves curves) {
    this.parameters = parameters;
    this.optimizer = optimizer;
    this.patience = patience;
    this.curves = curves;
  }

  /**
   * Adds all but the weights to a checkpoint.
   *
   * @param run what a resumed run must have in common with this one
   * @param position where the trainer stands
   */
  public void addTo(SafetensorsWriter writer, String run, long... position) {
    writer.metadata(TRAINING, run);
    for (int i = 0; i < optimizer.states().size(); i++) {
      for (Parameter p : parameters.all()) {
        writer.add(name(i, p), optimizer.states().get(i).of(p));
      }
    }
    LongStream all =
        LongStream.concat(
            LongStream.concat(Arrays.stream(position), LongStream.of(optimizer.steps())),
            LongStream.concat(Arrays.stream(patience.save()), Arrays.stream(curves.unfinished())));
    writer.add(POSITION, all.toArray());
    writer.add("curve.train", LossCurves.pack(curves.training()));
    writer.add("curve.valid", LossCurves.pack(curves.validation()));
  }

  private static String name(int state, Parameter p) {
    return "optimizer." + state + "." + p.name();
  }

  /**
   * Goes on from a checkpoint; the weights are read as well.
   *
   * @param bounds the trainer's own position must be in {@code [0, bound]}
   * @return the trainer's own position
   * @throws ModelFileException if the file is damaged, or of a run that was configured otherwise
   */
  public long[] restore(SafetensorsFile in, String run, long... bounds) throws IOException {
    String actual = in.metadata(TRAINING);
    if (!run.equals(actual)) {
      throw new ModelFileException(
          in.path(),
          "a checkpoint of another run cannot be resumed: expected %s, actual %s. Give the options of that run, or train anew without resuming"
              .formatted(difference(run, actual), difference(actual, run)));
    }
    int own = bounds.length;
    long[] position = in.loadLongs(POSITION);
    boolean fits = position.length == own + SHARED;
    for (int i = 0; fits && i < own; i++) {
      fits = position[i] >= 0 && position[i] <= bounds[i];
    }
    if (!fits) {
      throw new ModelFileException(in.path(), "tensor 'position' is not one of this run");
    }
    for (Parameter p : parameters.all()) {
      in.loadInto(p.name(), p.value());
    }
    parameters.changed();
    for (int i = 0; i < optimizer.states().size(); i++) {
      for (Parameter p : parameters.all()) {
        in.loadInto(name(i, p), optimizer.states().get(i).of(p));
      }
    }
    optimizer.resumeAt(position[own]);
    patience.restore(Arrays.copyOfRange(position, own + 1, own + 5));
    curves.restoreUnfinished(position[own + 5], position[own + 6]);
    curves.restore(in.loadLongs("curve.train"), in.loadLongs("curve.valid"));
    return Arrays.copyOf(position, own);
  }

  /** The stretch of {@code a} from the first to the last of its parts that {@code b} has not. */
  private static String difference(String a, String b) {
    List<String> parts = Arrays.asList(a.split("(?<=[,;] )", -1));
    List<String> others = Arrays.asList(b.split("(?<=[,;] )", -1));
    int shorter = Math.min(parts.size(), others.size());
    int from = 0;
    while (from < shorter && parts.get(from).equals(others.get(from))) {
      from++;
    }
    int same = 0; // at the end
    while (same < shorter - from
        && parts.get(parts.size() - 1 - same).equals(others.get(others.size() - 1 - same))) {
      same++;
    }
    String stretch = String.join("", parts.subList(from, parts.size() - same));
    return stretch.replaceFirst("[,;] $", "");
  }
}
