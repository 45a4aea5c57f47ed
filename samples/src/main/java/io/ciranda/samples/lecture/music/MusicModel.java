package io.ciranda.samples.lecture.music;

import static io.ciranda.samples.lecture.music.Tunes.KEYS;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.samples.lecture.Network;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Expects the next frame from those before, each key by itself:
 *
 * <pre>
 * p(key sounds at t+1) = sigmoid(W h(t) + b)        h(t) = cell(x(t), h(t-1))
 * </pre>
 *
 * <p>x(t) is 1 where a key sounds, else 0. The nats of a frame are those of its 88 keys together.
 */
final class MusicModel implements AutoCloseable {
  private static final int BATCH = 16; // where nothing is learned

  private final Backend backend;
  private final Network network;
  private final float dropout;

  /**
   * A new model.
   *
   * @param dropout of the last layer's outputs
   */
  MusicModel(Backend backend, RecurrentStack.Config config, float dropout, long seed) {
    this.backend = backend;
    this.dropout = dropout;
    network = new Network(backend, config, KEYS, seed);
  }

  Network network() {
    return network;
  }

  /** The nats of all frames but the first of each piece; {@code scale} is that of the gradient. */
  double loss(Tape tape, List<int[][]> pieces, float scale) {
    if (pieces.isEmpty()) {
      return 0;
    }
    List<int[][]> sorted =
        pieces.stream().sorted(Comparator.comparingInt(piece -> -piece.length)).toList();
    int batch = sorted.size();
    int steps = sorted.getFirst().length - 1;
    Workspace workspace = tape.workspace();
    Tensor x = workspace.zeros(steps, batch, KEYS);
    Tensor expected = workspace.zeros(frames(sorted), KEYS);
    IntTensor places = workspace.ints(frames(sorted));
    IntTensor lengths = workspace.ints(batch);
    int n = 0;
    for (int b = 0; b < batch; b++) {
      int[][] piece = sorted.get(b);
      lengths.set(b, piece.length - 1);
      for (int t = 0; t < piece.length - 1; t++, n++) {
        places.set(n, t * batch + b);
        for (int key : piece[t]) {
          x.set(1, t, b, key);
        }
        for (int key : piece[t + 1]) {
          expected.set(1, n, key);
        }
      }
    }
    Variable h = network.states(tape, tape.constant(x), lengths).y();
    Variable counted = Ops.rows(tape, Ops.dropout(tape, h, dropout), places);
    return Ops.binaryCrossEntropy(tape, network.output(tape, counted), expected, scale);
  }

  /** The frames that are to be expected: all but the first of each piece. */
  static int frames(List<int[][]> pieces) {
    return pieces.stream().mapToInt(piece -> piece.length - 1).sum();
  }

  /** The mean nats of a frame. */
  double nats(List<int[][]> pieces) {
    network.refresh(0, 1);
    double sum = 0;
    try (var workspace = new Workspace("music")) {
      Tape tape = Tape.inference(backend, workspace);
      for (int from = 0; from < pieces.size(); from += BATCH) {
        tape.begin(0);
        sum += loss(tape, pieces.subList(from, Math.min(from + BATCH, pieces.size())), 1);
      }
    }
    return sum / frames(pieces);
  }

  /** Goes on from a beginning: each next frame is drawn by what is expected of its keys. */
  List<int[]> continued(List<int[]> beginning, int frames, SplittableRandom random) {
    var song = new ArrayList<>(beginning);
    for (int i = 0; i < frames; i++) {
      int steps = song.size();
      float[] x = new float[steps * KEYS];
      for (int t = 0; t < steps; t++) {
        for (int key : song.get(t)) {
          x[t * KEYS + key] = 1;
        }
      }
      float[] y = network.run(x, steps, 1); // from the beginning: songs are short
      int last = (steps - 1) * KEYS;
      var keys = new ArrayList<Integer>();
      for (int key = 0; key < KEYS; key++) {
        if (random.nextDouble() < 1 / (1 + Math.exp(-y[last + key]))) {
          keys.add(key);
        }
      }
      song.add(keys.stream().mapToInt(Integer::intValue).toArray());
    }
    return song;
  }

  @Override
  public void close() {
    network.close();
  }
}
