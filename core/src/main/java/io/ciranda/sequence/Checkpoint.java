package io.ciranda.sequence;

import io.ciranda.autograd.Parameters;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.ModelFormat;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.memory.Tensor;
import io.ciranda.sequence.TrainingListener.Epoch;
import io.ciranda.train.Optimizer;
import io.ciranda.train.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * All that changes in a training from epoch to epoch, as a file.
 *
 * @param training what a training that goes on must have in common with the one that wrote it
 * @param best the weights of the best epoch
 * @param average of the weights, or null
 */
record Checkpoint(
    String training,
    Parameters parameters,
    Tensor best,
    Tensor average,
    Optimizer optimizer,
    Patience patience,
    List<Epoch> epochs) {
  private static final String KIND = "sequence-training";
  private static final int LONGS_OF_EPOCH = 4;

  /** The name of what {@link #pack} gives. */
  static final String EPOCHS = "epochs";

  /** Writes it, atomically. */
  void save(Path file) throws IOException {
    var writer = ModelFormat.declare(new SafetensorsWriter(), KIND);
    writer.metadata("ciranda.training", training);
    writer.add("weights", parameters.values()).add("best", best);
    if (average != null) {
      writer.add("average", average);
    }
    for (int i = 0; i < optimizer.states().size(); i++) {
      writer.add("optimizer." + i, optimizer.states().get(i).flat());
    }
    writer.add("steps", optimizer.steps()).add("patience", patience.save());
    writer.add(EPOCHS, pack(epochs)).write(file);
  }

  /**
   * Reads it into the places that are given; {@code epochs} is empty before.
   *
   * @param most epochs of the training
   * @throws ModelFileException if the file is damaged, or of another training
   */
  void load(Path file, int most) throws IOException {
    try (SafetensorsFile in = SafetensorsFile.open(file)) {
      ModelFormat.require(in, KIND);
      String actual = in.metadata("ciranda.training");
      if (!training.equals(actual)) {
        throw new ModelFileException(
            file,
            "a checkpoint of another training: expected %s, actual %s. Give the options and the data of that one, or delete it to train anew"
                .formatted(training, actual));
      }
      long[] steps = in.loadLongs("steps");
      long[] patient = in.loadLongs("patience");
      List<Epoch> done = unpack(in.loadLongs(EPOCHS), most);
      if (steps.length != 1 || patient.length != patience.save().length || done.size() > most) {
        throw new ModelFileException(file, "tensors 'steps', 'patience' or 'epochs' are damaged");
      }
      in.loadInto("weights", parameters.values());
      in.loadInto("best", best);
      if (average != null) {
        in.loadInto("average", average);
      }
      for (int i = 0; i < optimizer.states().size(); i++) {
        in.loadInto("optimizer." + i, optimizer.states().get(i).flat());
      }
      parameters.changed();
      optimizer.resumeAt(steps[0]);
      patience.restore(patient);
      epochs.addAll(done);
    }
  }

  /** Epochs as the numbers that a file keeps. */
  static long[] pack(List<Epoch> epochs) {
    long[] losses = new long[LONGS_OF_EPOCH * epochs.size()];
    for (int e = 0; e < epochs.size(); e++) {
      Epoch epoch = epochs.get(e);
      losses[LONGS_OF_EPOCH * e] = Double.doubleToRawLongBits(epoch.trainLoss());
      losses[LONGS_OF_EPOCH * e + 1] = Double.doubleToRawLongBits(epoch.validLoss());
      losses[LONGS_OF_EPOCH * e + 2] = epoch.best() ? 1 : 0;
      losses[LONGS_OF_EPOCH * e + 3] = Double.doubleToRawLongBits(epoch.seconds());
    }
    return losses;
  }

  /**
   * {@link #pack} reversed.
   *
   * @param most epochs of the training
   */
  static List<Epoch> unpack(long[] losses, int most) {
    var epochs = new ArrayList<Epoch>();
    for (int i = 0; i + LONGS_OF_EPOCH <= losses.length; i += LONGS_OF_EPOCH) {
      epochs.add(
          new Epoch(
              epochs.size() + 1,
              most,
              Double.longBitsToDouble(losses[i]),
              Double.longBitsToDouble(losses[i + 1]),
              losses[i + 2] == 1,
              Double.longBitsToDouble(losses[i + 3])));
    }
    return epochs;
  }
}
