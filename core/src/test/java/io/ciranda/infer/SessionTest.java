package io.ciranda.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Precision;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.Architecture.Reset;
import io.ciranda.network.Network;
import io.ciranda.nn.Cell;
import io.ciranda.testing.Reference;
import io.ciranda.testing.Values;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions against the formulas in double, and against themselves. */
class SessionTest {

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, false, 1, 1",
    "3, 5, 2, false, 7, 2",
    "4, 33, 1, true, 9, 3",
    "17, 16, 3, true, 5, 1",
    "40, 100, 2, false, 12, 5",
    "30, 65, 4, false, 4, 33",
    "8, 64, 1, false, 500, 7",
    "5, 24, 2, true, 300, 4"
  })
  void sequencesAreThoseOfTheFormulas(
      int input, int hidden, int layers, boolean bidirectional, int steps, int batch) {
    for (Cell cell : Cell.values()) {
      Architecture sizes = Networks.stack(cell, input, hidden, layers, bidirectional);
      float[] x = Values.floats("x", (long) steps * batch * input);
      float[] y = new float[steps * batch * sizes.output()];
      try (Network network = Networks.random(sizes);
          Model model = Model.of(network);
          Session session = model.newSession(batch)) {
        session.run(x, y, steps);
        Reference.Recurrence expected = Networks.run(network, Values.doubles(x), steps, batch);
        assertAllWithin(1e-5, cell + ", y", expected.y, y);
        for (int l = 0; l < layers; l++) {
          for (int d = 0; d < (bidirectional ? 2 : 1); d++) {
            int index = l * (bidirectional ? 2 : 1) + d;
            assertAllWithin(1e-5, cell + ", hn", expected.hn[index], session.hidden(l, d));
            if (cell == Cell.LSTM) {
              assertAllWithin(1e-5, cell + ", cn", expected.cn[index], session.cell(l, d));
            }
          }
        }
      }
    }
  }

  private static void assertAllWithin(
      double tolerance, String name, double[] expected, float[] actual) {
    assertEquals(expected.length, actual.length, name);
    for (int i = 0; i < actual.length; i++) {
      int at = i;
      assertEquals(expected[i], actual[i], tolerance, () -> name + " " + at);
    }
  }

  @ParameterizedTest
  @EnumSource(Cell.class)
  void symbolsGiveProbabilities(Cell cell) {
    int vocabulary = 21;
    int steps = 6;
    int batch = 2;
    int[] ids = Values.ids("ids", steps * batch, vocabulary);
    float[] y = new float[steps * batch * vocabulary];
    try (Network network = Networks.random(Networks.languageModel(cell, vocabulary, 19, 2));
        Model model = Model.of(network);
        Session session = model.newSession(batch)) {
      session.run(ids, y, steps);
      double[] x = Reference.embedding(Values.doubles(network.embedding()), 19, ids);
      double[] features = Networks.run(network, x, steps, batch).y;
      assertAllWithin(1e-5, cell.label(), Networks.head(network, features), y);
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void symbolsOfALargeVocabularyAreLookedUpToTheSameBits(Precision precision) {
    int known = 100;
    int many = Math.toIntExact(PackedNetwork.MOST_FOLDED_BYTES / (4 * 4 * 256) + 1);
    List<Layer> layers = Networks.stack(Cell.LSTM, 3, 256, 2, false).layers();
    int[] ids = {99, 0, 42, 42, 7, 1};
    for (int threads = 1; threads <= 2; threads++) {
      var options = new Model.Options(precision, threads, Backend.best());
      try (Network folded = Networks.random(new Architecture(known, 3, layers, 0, false));
          Network other = Networks.random(new Architecture(many, 3, layers, 0, false))) {
        Memory.copy(other.embedding().address(), folded.embedding().address(), 3L * known);
        try (Model first = Model.of(folded, options);
            Model second = Model.of(other, options)) {
          assertTrue(second.bytes() < PackedNetwork.MOST_FOLDED_BYTES / 16, second.toString());
          assertArrayEquals(outputs(first, ids), outputs(second, ids));
        }
      }
    }
  }

  private static float[] outputs(Model model, int[] ids) {
    float[] y = new float[ids.length * model.architecture().output()];
    try (Session session = model.newSession(1)) {
      session.run(ids, y, ids.length);
    }
    return y;
  }

  @Test
  void aHeadReadsBothDirections() {
    Architecture stack = Networks.stack(Cell.GRU, 3, 10, 1, true);
    var sizes = new Architecture(0, 3, stack.layers(), 64, false);
    float[] x = Values.floats("x", 4 * 3);
    float[] y = new float[4 * 64];
    try (Network network = Networks.random(sizes);
        Model model = Model.of(network);
        Session session = model.newSession()) {
      session.run(x, y, 4);
      double[] features = Networks.run(network, Values.doubles(x), 4, 1).y;
      assertAllWithin(1e-5, "y", Networks.head(network, features), y);
    }
  }

  @Test
  void theResetGateMayComeFirst() {
    int hidden = 9;
    var layer = new Layer(Cell.GRU, 4, hidden, false, Reset.BEFORE_PRODUCT);
    var sizes = new Architecture(0, 4, List.of(layer), 0, false);
    int steps = 5;
    int batch = 3;
    float[] x = Values.floats("x", 4L * steps * batch);
    float[] y = new float[steps * batch * hidden];
    try (Network network = Networks.random(sizes);
        Model model = Model.of(network);
        Session session = model.newSession(batch)) {
      session.run(x, y, steps);
      assertAllWithin(1e-5, "y", resetFirst(network, x, steps, batch), y);
    }
  }

  /** Cho et al. 2014, equations 5 to 8. */
  private static double[] resetFirst(Network network, float[] x, int steps, int batch) {
    Network.Direction w = network.direction(0, 0);
    int n = w.weightHh().dim(1);
    int input = w.weightIh().dim(1);
    double[] y = new double[steps * batch * n];
    for (int b = 0; b < batch; b++) {
      double[] h = new double[n];
      for (int t = 0; t < steps; t++) {
        int from = (t * batch + b) * input;
        double[] xt = Values.doubles(Arrays.copyOfRange(x, from, from + input));
        double[] fromInput =
            Reference.linear(
                xt, Values.doubles(w.weightIh()), Values.doubles(w.biasIh()), input, 3 * n);
        double[] gates = products(w, h, n);
        double[] reset = new double[n];
        for (int j = 0; j < n; j++) {
          reset[j] = Reference.sigmoid(fromInput[j] + gates[j]) * h[j];
        }
        double[] candidates = products(w, reset, n);
        for (int j = 0; j < n; j++) {
          double z = Reference.sigmoid(fromInput[n + j] + gates[n + j]);
          double candidate = Math.tanh(fromInput[2 * n + j] + candidates[2 * n + j]);
          h[j] = (1 - z) * candidate + z * h[j];
          y[(t * batch + b) * n + j] = h[j];
        }
      }
    }
    return y;
  }

  private static double[] products(Network.Direction w, double[] h, int n) {
    return Reference.linear(h, Values.doubles(w.weightHh()), Values.doubles(w.biasHh()), n, 3 * n);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void aStreamHasTheSameBitsStepByStepInASequenceAndInABatch(Precision precision) {
    for (Cell cell : Cell.values()) {
      int steps = 70;
      int batch = 5;
      int input = 11;
      int hidden = 37;
      float[] x = Values.floats("x", (long) steps * batch * input);
      float[] together = new float[steps * batch * hidden];
      try (Network network = Networks.random(Networks.stack(cell, input, hidden, 2, false));
          Model model = Model.of(network, Model.Options.standard().with(precision));
          Session session = model.newSession(batch)) {
        session.run(x, together, steps);
        for (int b = 0; b < batch; b++) {
          try (Session alone = model.newSession()) {
            float[] y = new float[hidden];
            for (int t = 0; t < steps; t++) {
              int row = t * batch + b;
              alone.step(Arrays.copyOfRange(x, row * input, (row + 1) * input), y);
              assertArrayEquals(
                  Arrays.copyOfRange(together, row * hidden, (row + 1) * hidden),
                  y,
                  cell + ", stream " + b + ", step " + t);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "false, 2, 37, 90, 1",
    "false, 2, 64, 200, 3", // in two windows
    "false, 2, 1, 5, 1", // one unit for two threads
    "false, 2, 20, 3, 600",
    "false, 3, 37, 90, 1",
    "true, 2, 21, 40, 2"
  })
  void threadsChangeNoBits(boolean bidirectional, int layers, int hidden, int steps, int batch) {
    for (Cell cell : Cell.values()) {
      Architecture stack = Networks.stack(cell, 6, hidden, layers, bidirectional);
      var sizes = new Architecture(0, 6, stack.layers(), 10, true);
      float[] x = Values.floats("x", (long) steps * batch * 6);
      float[] expected = new float[steps * batch * 10];
      float[] y = new float[steps * batch * 10];
      try (Network network = Networks.random(sizes);
          Model one = Model.of(network);
          Model two = Model.of(network, Model.Options.standard().withThreads(2));
          Session alone = one.newSession(batch);
          Session session = two.newSession(batch)) {
        for (int run = 0; run < 3; run++) {
          alone.run(x, expected, steps);
          session.run(x, y, steps);
          assertArrayEquals(expected, y, cell.label());
          if (!bidirectional) { // a single step, between sequences, has one thread
            alone.step(Arrays.copyOf(x, 6 * batch), expected);
            session.step(Arrays.copyOf(x, 6 * batch), y);
            assertArrayEquals(expected, y, cell.label());
          }
          assertArrayEquals(alone.save(), session.save());
        }
      }
    }
  }

  /** Rounding is the only difference: weights that need no rounding give the same numbers. */
  @ParameterizedTest
  @EnumSource(names = {"BF16", "INT8"})
  void narrowWeightsChangeNothingButTheWeights(Precision precision) {
    int hidden = 20;
    float[] x = Values.floats("x", 30 * 8);
    try (Network network = Networks.random(Networks.stack(Cell.LSTM, 8, hidden, 1, false))) {
      round(network.direction(0, 0).weightIh(), precision);
      round(network.direction(0, 0).weightHh(), precision);
      float[] exact = run(network, Precision.F32, x, 30, hidden);
      float[] narrow = run(network, precision, x, 30, hidden);
      assertAllWithin(1e-6, precision.label(), Values.doubles(exact), narrow);
    }
  }

  private static void round(Tensor w, Precision precision) {
    float[] values = w.toArray();
    int columns = w.dim(1);
    for (int row = 0; row < w.dim(0); row++) {
      float max = 0;
      for (int i = 0; i < columns; i++) {
        max = Math.max(max, Math.abs(values[row * columns + i]));
      }
      float scale = Precision.scale(max);
      for (int i = row * columns; i < (row + 1) * columns; i++) {
        values[i] =
            precision == Precision.BF16
                ? Float.intBitsToFloat(Precision.toBf16(values[i]) << 16)
                : scale * Precision.toInt8(values[i], scale);
      }
    }
    w.copyFrom(values);
  }

  private static float[] run(
      Network network, Precision precision, float[] x, int steps, int outputs) {
    try (Model model = Model.of(network, Model.Options.standard().with(precision));
        Session session = model.newSession()) {
      float[] y = new float[steps * outputs];
      session.run(x, y, steps);
      return y;
    }
  }

  @Test
  void nativeSegmentsHeapSegmentsAndArraysAreTheSame() {
    float[] x = Values.floats("x", 4 * 2 * 3);
    float[] expected = new float[4 * 2 * 6];
    float[] heap = new float[4 * 2 * 6 + 1];
    try (Network network = Networks.random(Networks.stack(Cell.GRU, 3, 6, 1, false));
        Model model = Model.of(network);
        Session session = model.newSession(2);
        Arena arena = Arena.ofConfined()) {
      session.run(x, expected, 4);
      session.reset();
      session.run(MemorySegment.ofArray(x), MemorySegment.ofArray(heap), 4);
      assertArrayEquals(expected, Arrays.copyOf(heap, expected.length));
      assertEquals(0, heap[expected.length]);
      session.reset();
      MemorySegment in = arena.allocate(4 * 24 + 1).asSlice(1); // at no float's address
      MemorySegment out = arena.allocate(4 * 48 + 1).asSlice(1);
      MemorySegment.copy(x, 0, in, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, 24);
      session.run(in, out, 4);
      assertArrayEquals(expected, out.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
    }
  }

  @Test
  void learnedInitialStatesAreWhereASequenceStarts() {
    Architecture sizes = Networks.stack(Cell.LSTM, 2, 5, 1, false);
    try (Network zero = Networks.random(sizes)) {
      Network.Direction w = zero.direction(0, 0);
      Tensor h0 = Networks.tensor("h0", 1, 5);
      Tensor c0 = Networks.tensor("c0", 1, 5);
      var learned =
          new Network(
              sizes,
              null,
              List.of(
                  new Network.Direction(
                      w.weightIh(), w.weightHh(), w.biasIh(), w.biasHh(), h0, c0)),
              null,
              null);
      float[] x = Values.floats("x", 6);
      float[] expected = new float[15];
      float[] y = new float[15];
      try (Model model = Model.of(zero);
          Model other = Model.of(learned);
          Session session = model.newSession();
          Session started = other.newSession()) {
        session.setHidden(0, 0, h0.toArray());
        session.setCell(0, 0, c0.toArray());
        session.run(x, expected, 3);
        started.run(x, y, 3);
        assertArrayEquals(expected, y);
        started.reset();
        started.run(x, y, 3);
        assertArrayEquals(expected, y);
      }
      h0.close();
      c0.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Cell.class)
  void statesAreSavedRestoredAndCopied(Cell cell) {
    try (Network network = Networks.random(Networks.stack(cell, 3, 7, 2, false));
        Model model = Model.of(network);
        Session session = model.newSession(2)) {
      step(session, 1);
      byte[] saved = session.save();
      try (Session copy = session.copy();
          Session restored = model.newSession(4)) {
        float[] expected = step(session, 2);
        assertArrayEquals(expected, step(copy, 2));
        restored.restore(saved);
        assertEquals(2, restored.rows());
        assertArrayEquals(expected, step(restored, 2));
        assertArrayEquals(session.save(), restored.save());
      }
      session.reset();
      float[] first = step(session, 1);
      session.restore(saved);
      session.reset(1);
      float[] second = step(session, 1);
      assertArrayEquals(
          Arrays.copyOfRange(first, 7, 14), Arrays.copyOfRange(second, 7, 14), "reset stream");
      assertTrue(first[0] != second[0], "the other stream went on");
    }
  }

  private static float[] step(Session session, int number) {
    Architecture sizes = session.model().architecture();
    float[] y = new float[session.rows() * sizes.output()];
    session.step(Values.floats("x" + number, (long) session.rows() * sizes.input()), y);
    return y;
  }

  @Test
  void aDamagedStateIsRefusedAndChangesNothing() {
    try (Network network = Networks.random(Networks.stack(Cell.LSTM, 3, 7, 1, false));
        Network other = Networks.random(Networks.stack(Cell.LSTM, 3, 8, 1, false));
        Model model = Model.of(network);
        Model otherModel = Model.of(other);
        Session session = model.newSession();
        Session otherSession = otherModel.newSession();
        Session two = model.newSession(2)) {
      step(session, 1);
      byte[] saved = session.save();
      for (byte[] bad :
          List.of(
              new byte[0],
              new byte[saved.length],
              Arrays.copyOf(saved, saved.length - 1),
              Arrays.copyOf(saved, saved.length + 4),
              otherSession.save(),
              two.save())) {
        String message =
            assertThrows(IllegalArgumentException.class, () -> session.restore(bad)).getMessage();
        assertTrue(message.contains("expected"), message);
        assertArrayEquals(saved, session.save());
      }
    }
  }

  @Test
  void streamsJoinAndLeave() {
    try (Network network = Networks.random(Networks.stack(Cell.LSTM, 3, 7, 1, false));
        Model model = Model.of(network);
        Session batch = model.newSession(3);
        Session a = model.newSession();
        Session b = model.newSession()) {
      for (int row = 2; row >= 0; row--) {
        assertEquals(row, batch.leave(row));
      }
      batch.step(new float[0], new float[0]);
      assertEquals(0, batch.join());
      float[] x = Values.floats("x", 3);
      float[] y = new float[7];
      a.step(x, y);
      batch.step(x, new float[7]);
      assertEquals(1, batch.join());
      float[] both = new float[14];
      float[] twice = {x[0], x[1], x[2], x[0], x[1], x[2]};
      batch.step(twice, both);
      a.step(x, y);
      assertArrayEquals(y, Arrays.copyOf(both, 7), "the stream that was there");
      b.step(x, y);
      assertArrayEquals(y, Arrays.copyOfRange(both, 7, 14), "the stream that joined");
      assertEquals(1, batch.leave(0));
      b.step(x, y);
      float[] rest = new float[7];
      batch.step(x, rest);
      assertArrayEquals(y, rest, "the stream that stayed, in another row");
      assertEquals(1, batch.join());
      batch.copyFrom(a, 0, 1);
      batch.step(twice, both);
      a.step(x, y);
      assertArrayEquals(y, Arrays.copyOfRange(both, 7, 14), "the stream that was copied");
      batch.join();
      assertEquals(
          "the session is full: it was made for 3 streams",
          assertThrows(IllegalStateException.class, batch::join).getMessage());
      assertThrows(IndexOutOfBoundsException.class, () -> batch.leave(3));
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void nanStaysInItsStream(Precision precision) {
    for (Cell cell : Cell.values()) {
      try (Network network = Networks.random(Networks.stack(cell, 2, 20, 2, false));
          Model model = Model.of(network, Model.Options.standard().with(precision));
          Session session = model.newSession(2);
          Session alone = model.newSession()) {
        float[] y = new float[40];
        float[] expected = new float[20];
        session.step(new float[] {Float.NaN, 1, 0.5f, -0.5f}, y);
        alone.step(new float[] {0.5f, -0.5f}, expected);
        for (int i = 0; i < 20; i++) {
          assertTrue(Float.isNaN(y[i]), cell + ", output " + i);
        }
        assertArrayEquals(expected, Arrays.copyOfRange(y, 20, 40), cell.label());
        session.reset(0);
        session.step(new float[] {0.5f, -0.5f, 1, 1}, y);
        assertArrayEquals(expected, Arrays.copyOf(y, 20), cell.label());
      }
    }
  }

  @Test
  void aBidirectionalModelRunsWholeSequencesOnly() {
    try (Network network = Networks.random(Networks.stack(Cell.RNN, 2, 4, 1, true));
        Model model = Model.of(network);
        Session session = model.newSession()) {
      assertEquals(
          "a bidirectional model reads a sequence from both ends: it cannot step, run whole sequences",
          assertThrows(
                  UnsupportedOperationException.class,
                  () -> session.step(new float[2], new float[8]))
              .getMessage());
      float[] x = Values.floats("x", 10);
      float[] first = new float[40];
      float[] second = new float[40];
      session.run(x, first, 5);
      session.run(x, second, 5);
      assertArrayEquals(first, second);
    }
  }

  @Test
  void aBidirectionalStreamGoesOnWhereverItsStateIsTaken() {
    try (Network network = Networks.random(Networks.stack(Cell.LSTM, 2, 4, 1, true));
        Model model = Model.of(network);
        Session session = model.newSession();
        Session other = model.newSession()) {
      float[] fromStart = run(session);
      byte[] ended = session.save();
      float[] last = session.hidden(0, 0);

      session.restore(ended);
      assertArrayEquals(last, session.hidden(0, 0));
      assertArrayEquals(fromStart, run(session), "restored");
      session.restore(Arrays.copyOf(ended, ended.length - 1)); // as it once was saved
      assertArrayEquals(fromStart, run(session), "restored from what tells no ends");

      other.copyFrom(session, 0, 0);
      assertArrayEquals(last, other.hidden(0, 0));
      assertArrayEquals(fromStart, run(other), "copied to a new one");

      session.setHidden(0, 0, new float[] {1, -1, 1, -1});
      byte[] set = session.save();
      other.copyFrom(session, 0, 0);
      float[] fromSet = run(session);
      assertTrue(!Arrays.equals(fromStart, fromSet), "the state that was set is heard");
      assertArrayEquals(fromSet, run(other), "copied to one that ran");
      session.restore(set);
      assertArrayEquals(fromSet, run(session), "restored");
      assertArrayEquals(fromStart, run(session), "from the beginning again");
    }
  }

  @Test
  void bidirectionalStreamsStartEachByItself() {
    try (Network network = Networks.random(Networks.stack(Cell.GRU, 2, 4, 1, true));
        Model model = Model.of(network);
        Session two = model.newSession(2);
        Session one = model.newSession()) {
      float[] x = {1, 2, 1, 2};
      float[] y = new float[16];
      two.run(x, y, 1);
      one.setHidden(0, 1, new float[] {1, -1, 1, -1});
      two.copyFrom(one, 0, 1);
      two.run(x, y, 1);
      float[] set = new float[8];
      one.run(new float[] {1, 2}, set, 1);
      float[] start = new float[8];
      one.run(new float[] {1, 2}, start, 1);
      assertArrayEquals(start, Arrays.copyOf(y, 8));
      assertArrayEquals(set, Arrays.copyOfRange(y, 8, 16));
    }
  }

  private static float[] run(Session session) {
    Architecture sizes = session.model().architecture();
    float[] y = new float[5 * sizes.output()];
    session.run(Values.floats("x", 5L * sizes.input()), y, 5);
    return y;
  }

  @Test
  void anOutputOverTheInputIsRefused() {
    try (Network network = Networks.random(Networks.languageModel(Cell.LSTM, 10, 6, 1));
        Model model = Model.of(network);
        Session session = model.newSession();
        Arena arena = Arena.ofConfined()) {
      String message = "y: expected a segment apart from x, actual overlaps it";
      MemorySegment memory = arena.allocate(4 * 24);
      byte[] state = session.save();
      MemorySegment x = memory.asSlice(8, 4 * 2);
      for (long at : new long[] {0, 4, 8, 12}) {
        assertMessage(message, () -> session.run(x, memory.asSlice(at, 4 * 20), 2));
      }
      assertMessage(message, () -> session.step(memory.asSlice(39, 4), memory.asSlice(0, 40)));
      assertArrayEquals(state, session.save());
      session.step(memory.asSlice(40, 4), memory.asSlice(0, 40));
      memory.fill((byte) 0);
      session.step(memory.asSlice(0, 4), memory.asSlice(4, 40));
    }
  }

  @Test
  void aSymbolByItselfNeedsOneStream() {
    try (Network network = Networks.random(Networks.languageModel(Cell.LSTM, 10, 6, 1));
        Model model = Model.of(network);
        Session session = model.newSession(2)) {
      float[] y = new float[20];
      assertMessage(
          "x: expected 2 symbols, one for each stream, actual 1", () -> session.step(3, y));
      session.leave(0);
      session.step(3, y);
      session.leave(0);
      assertMessage(
          "x: expected 0 symbols, one for each stream, actual 1", () -> session.step(3, y));
    }
  }

  @Test
  void wrongInputIsRefusedAndChangesNothing() {
    try (Network network = Networks.random(Networks.languageModel(Cell.LSTM, 10, 6, 1));
        Network features = Networks.random(Networks.stack(Cell.LSTM, 3, 6, 1, false));
        Model model = Model.of(network);
        Model featureModel = Model.of(features);
        Session session = model.newSession();
        Session featureSession = featureModel.newSession();
        Arena arena = Arena.ofConfined()) {
      float[] y = new float[10];
      session.step(3, y);
      byte[] state = session.save();
      assertMessage("x: expected symbols in [0, 10), actual 10 at 0", () -> session.step(10, y));
      assertMessage(
          "x: expected symbols in [0, 10), actual -1 at 1",
          () -> session.run(new int[] {1, -1}, new float[20], 2));
      assertMessage(
          "y: expected at least 10 elements, actual 9", () -> session.step(1, new float[9]));
      assertMessage(
          "x: expected int symbols in [0, 10), actual features",
          () -> session.step(new float[1], y));
      assertMessage(
          "x: expected 3 float features a step, actual symbols",
          () -> featureSession.step(1, new float[6]));
      assertMessage("steps: expected 0 or more, actual -1", () -> session.run(new int[0], y, -1));
      try (Session two = model.newSession(2)) {
        assertMessage(
            "steps: expected at most 1073741823 for 2 streams, actual 2147483647; run a sequence in pieces",
            () -> two.run(new int[0], y, Integer.MAX_VALUE));
      }
      MemorySegment in = arena.allocate(4);
      MemorySegment out = arena.allocate(40);
      assertMessage("y: expected at least 40 bytes, actual 4", () -> session.step(in, in));
      assertMessage("x: expected at least 12 bytes, actual 4", () -> featureSession.step(in, out));
      assertMessage(
          "y: expected a segment to write, actual is read-only",
          () -> session.step(in, out.asReadOnly()));
      MemorySegment closed;
      try (Arena other = Arena.ofConfined()) {
        closed = other.allocate(40);
      }
      assertThrows(IllegalStateException.class, () -> session.step(in, closed));
      assertArrayEquals(state, session.save());
    }
  }

  private static void assertMessage(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }

  @Test
  void aClosedModelStartsNoSessionsAndLetsOthersFinish() {
    Network network = Networks.random(Networks.stack(Cell.LSTM, 3, 7, 1, false));
    Model model = Model.of(network);
    network.close();
    Session session = model.newSession();
    float[] first = step(session, 1);
    session.reset();
    model.close();
    model.close();
    assertArrayEquals(first, step(session, 1));
    assertThrows(IllegalStateException.class, model::newSession);
    session.close();
    session.close();
    assertEquals(
        "use after close: the session is closed",
        assertThrows(IllegalStateException.class, () -> step(session, 1)).getMessage());
  }

  @Test
  void twoThreadsAtOnceAreAnErrorForOneOfThem() throws InterruptedException {
    try (Network network = Networks.random(Networks.stack(Cell.LSTM, 8, 64, 2, false));
        Model model = Model.of(network);
        Session session = model.newSession()) {
      float[] x = Values.floats("x", 8 * 20_000);
      float[] y = new float[64 * 20_000];
      var started = new CountDownLatch(1);
      var other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    started.countDown();
                    session.run(x, y, 20_000);
                  });
      started.await();
      Thread.sleep(1);
      assertEquals(
          "the session is in use by another thread; each thread needs its own, from model.newSession() or session.copy()",
          assertThrows(IllegalStateException.class, session::reset).getMessage());
      assertThrows(IllegalStateException.class, session::close);
      other.join();
      session.reset();
    }
  }

  @Test
  void theScalarReferenceIsTheSame() {
    float[] x = Values.floats("x", 12 * 5);
    try (Network network = Networks.random(Networks.stack(Cell.LSTM, 5, 13, 2, false))) {
      var results = new ArrayList<float[]>();
      for (Backend backend :
          List.of(Backend.best(), Backend.of(new io.ciranda.kernel.ScalarKernels(), false))) {
        for (Precision precision : Precision.values()) {
          var options = new Model.Options(precision, 1, backend);
          try (Model model = Model.of(network, options);
              Session session = model.newSession()) {
            float[] y = new float[12 * 13];
            session.run(x, y, 12);
            results.add(y);
          }
        }
      }
      for (int i = 0; i < 3; i++) {
        assertAllWithin(1e-6, "precision " + i, Values.doubles(results.get(i)), results.get(i + 3));
      }
    }
  }
}
