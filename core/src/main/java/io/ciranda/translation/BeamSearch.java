package io.ciranda.translation;

import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.infer.TopK;
import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.PackedMatrix;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.State;
import io.ciranda.text.TextCodec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Decodes many sentences as one batch: at each step the hypotheses that still live, of all
 * sentences, are the rows of one pass through the decoder; those that end leave.
 *
 * <p>A sentence has as many places as the beam is wide. At each step its places go to the likeliest
 * continuations of its hypotheses; one that ends with {@code </s>} takes its place with it. Equal
 * ones are taken in the order of their hypothesis, then of their symbol. Word by word there is one
 * hypothesis.
 *
 * <p>Belongs to one thread.
 */
final class BeamSearch implements AutoCloseable {
  private final TranslationModel model;
  private final TranslationNetwork network;
  private final PackedMatrix output; // [E][Vt], shared
  private final Decoding options;
  private final Workspace sources = new Workspace("sources");
  private final Workspace states = new Workspace("states");
  private final Workspace steps = new Workspace("steps");
  private final int[] ids; // of the likeliest continuations of one hypothesis
  private final float[] values;
  private float[] logits = {}; // [R][V]
  private double[] normalizers = {}; // [R], log sum exp of each row of logits

  /** A symbol of a hypothesis and the way back to its first. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Node(Node before, int id, float[] weights) {}

  /** A hypothesis that lives. */
  private record Live(int sentence, Node last, double logProbability, SplittableRandom random) {}

  /** A continuation of row {@code row}. */
  private record Candidate(int row, int id, double logProbability) {}

  BeamSearch(
      TranslationModel model, TranslationNetwork network, PackedMatrix output, Decoding options) {
    this.model = model;
    this.network = network;
    this.output = output;
    this.options = options;
    int continuations = Math.min(options.beam(), model.target().size());
    ids = new int[continuations];
    values = new float[continuations];
  }

  /**
   * Decodes.
   *
   * @param sentences at least one
   * @param seeds of each sentence's sampling
   * @return the hypotheses of each sentence, the best first
   */
  List<List<Hypothesis>> decode(List<int[]> sentences, long[] seeds) {
    Tape tape = Tape.inference(model.backend(), sources);
    tape.begin(0);
    Batch batch = Batch.of(tape, sentences, network.reversesSource());
    var finished = new ArrayList<List<Hypothesis>>();
    var live = new ArrayList<Live>();
    for (int s = 0; s < seeds.length; s++) {
      finished.add(new ArrayList<>());
      live.add(new Live(s, null, 0, new SplittableRandom(seeds[s])));
    }
    if (network instanceof WordByWordNetwork words) {
      wordByWord(words.readouts(tape, batch).value(), batch, live, finished);
    } else {
      search(network.encode(tape, batch), batch, live, finished);
    }
    for (List<Hypothesis> hypotheses : finished) {
      // Stable: of equal ones, the first to end.
      hypotheses.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
    }
    return finished;
  }

  /**
   * A hypothesis with one more symbol.
   *
   * @return null if it ends there and is among the finished ones
   */
  private Live extend(
      Live from, Candidate by, float[] weights, boolean isLast, List<List<Hypothesis>> finished) {
    var node = new Node(from.last(), by.id(), weights);
    boolean isEnd = by.id() == TextCodec.END_ID;
    if (isEnd || isLast) {
      finished.get(from.sentence()).add(hypothesis(node, by.logProbability(), isEnd));
      return null;
    }
    return new Live(from.sentence(), node, by.logProbability(), from.random());
  }

  // ---- with a decoder ----

  private void search(
      TranslationNetwork.Encoded encoded,
      Batch batch,
      List<Live> beginnings,
      List<List<Hypothesis>> finished) {
    List<Live> live = beginnings;
    int size = live.size();
    int most = size * options.beam();
    int width = stateWidth(encoded.initial());
    states.reset();
    Tensor before = states.tensor(most, width);
    Tensor after = states.tensor(most, width);
    store(encoded.initial(), null, size, before);
    for (int t = 0; !live.isEmpty(); t++) {
      Tape tape = Tape.inference(model.backend(), steps);
      tape.begin(0);
      TranslationNetwork.Decoded decoded = step(tape, encoded, live, before, t);
      store(decoded.last(), decoded.seen(), live.size(), after);
      List<Candidate> chosen = choose(decoded, live, finished);
      var next = new ArrayList<Live>();
      for (Candidate candidate : chosen) {
        Live from = live.get(candidate.row());
        boolean isLast = t + 1 == options.limit(batch.lengths().get(from.sentence()));
        float[] weights = weights(decoded, batch, from, candidate);
        Live longer = extend(from, candidate, weights, isLast, finished);
        if (longer != null) {
          Memory.copy(before.address(next.size()), after.address(candidate.row()), width);
          next.add(longer);
        }
      }
      live = next;
    }
  }

  private TranslationNetwork.Decoded step(
      Tape tape, TranslationNetwork.Encoded encoded, List<Live> live, Tensor states, int t) {
    int rows = live.size();
    IntTensor inputs = tape.workspace().ints(1, rows);
    IntTensor sentences = tape.workspace().ints(rows);
    for (int r = 0; r < rows; r++) {
      inputs.set(r, t == 0 ? TextCodec.BEGIN_ID : live.get(r).last().id());
      sentences.set(r, live.get(r).sentence());
    }
    State initial = encoded.initial();
    var h = new ArrayList<Variable>();
    var c = new ArrayList<Variable>();
    int column = 0;
    for (Variable one : initial.h()) {
      h.add(columns(tape, states, column, one.value().dim(1), rows));
      column += one.value().dim(1);
    }
    for (Variable one : initial.c()) {
      c.add(columns(tape, states, column, one.value().dim(1), rows));
      column += one.value().dim(1);
    }
    Variable seen =
        network.seenWidth() == 0 || t == 0
            ? null
            : columns(tape, states, column, network.seenWidth(), rows);
    return network.decode(tape, encoded, inputs, null, sentences, new State(h, c), seen);
  }

  /** The best continuations of each sentence, as many as it has places left, best first. */
  private List<Candidate> choose(
      TranslationNetwork.Decoded decoded, List<Live> live, List<List<Hypothesis>> finished) {
    logits(decoded.readouts().value().address(), live.size());
    var chosen = new ArrayList<Candidate>();
    var candidates = new ArrayList<Candidate>();
    for (int r = 0; r < live.size(); r++) {
      Live hypothesis = live.get(r);
      candidates.addAll(continuations(r, hypothesis));
      boolean isLast = r == live.size() - 1 || live.get(r + 1).sentence() != hypothesis.sentence();
      if (isLast) {
        // Stable: candidates come in the order of their hypotheses and, of one, of their symbols.
        candidates.sort(Comparator.comparingDouble(Candidate::logProbability).reversed());
        int places = options.beam() - finished.get(hypothesis.sentence()).size();
        chosen.addAll(candidates.subList(0, Math.min(places, candidates.size())));
        candidates.clear();
      }
    }
    return chosen;
  }

  /** The likeliest continuations of a hypothesis, best first, or the one that is sampled. */
  private List<Candidate> continuations(int r, Live hypothesis) {
    int v = model.target().size();
    logits[r * v + TextCodec.BEGIN_ID] = Float.NEGATIVE_INFINITY;
    if (options.unknown() == Decoding.Unknown.AVOID) {
      logits[r * v + TextCodec.UNKNOWN_ID] = Float.NEGATIVE_INFINITY;
    }
    double before = hypothesis.logProbability();
    if (options.sampling().temperature() > 0) {
      float[] row = Arrays.copyOfRange(logits, r * v, (r + 1) * v);
      int id = options.sampling().choose(row, hypothesis.random());
      return List.of(new Candidate(r, id, before + row[id] - normalizers[r]));
    }
    TopK.select(logits, r * v, v, ids, values);
    var candidates = new ArrayList<Candidate>();
    for (int k = 0; k < ids.length; k++) {
      candidates.add(new Candidate(r, ids[k], before + values[k] - normalizers[r]));
    }
    return candidates;
  }

  private void logits(long readouts, int rows) {
    int v = model.target().size();
    Tensor to = steps.tensor(rows, v);
    int width = model.config().embedding();
    long bias = model.outputBias().value().address();
    output.gemm(to.address(), v, bias, readouts, width, rows);
    int n = rows * v;
    logits = logits.length < n ? new float[n] : logits;
    MemorySegment.copy(to.segment(), ValueLayout.JAVA_FLOAT, 0, logits, 0, n);
    normalizers = new double[rows];
    Kernels kernels = model.backend().kernels();
    IntTensor first = steps.ints(1);
    first.set(0, 0);
    for (int r = 0; r < rows; r++) {
      // The cross-entropy of symbol 0 is the normalizer less its logit.
      normalizers[r] =
          logits[r * v] + kernels.softmaxCrossEntropy(to.address(r), first.address(), 0, 0, 1, v);
    }
  }

  private static float[] weights(
      TranslationNetwork.Decoded decoded, Batch batch, Live from, Candidate candidate) {
    if (decoded.weights() == null) {
      return null;
    }
    int positions = decoded.weights().dim(2);
    float[] weights = new float[batch.lengths().get(from.sentence())];
    long row = decoded.weights().address() + 4L * candidate.row() * positions;
    for (int j = 0; j < weights.length; j++) {
      weights[j] = Memory.get(row, j);
    }
    return weights;
  }

  private Hypothesis hypothesis(Node last, double logProbability, boolean isFinished) {
    int length = 0;
    for (Node node = last; node != null; node = node.before()) {
      length++;
    }
    int[] symbols = new int[isFinished ? length - 1 : length];
    float[][] attention = last.weights() == null ? new float[0][] : new float[length][];
    int at = length - 1;
    for (Node node = last; node != null; node = node.before()) {
      if (at < symbols.length) {
        symbols[at] = node.id();
      }
      if (attention.length > 0) {
        attention[at] = node.weights();
      }
      at--;
    }
    double score = logProbability / Math.pow(length, options.lengthPenalty());
    return new Hypothesis(symbols, isFinished, logProbability, score, attention);
  }

  // ---- states of all layers, side by side in one row for each hypothesis ----

  private int stateWidth(State state) {
    int width = network.seenWidth();
    for (Variable h : state.h()) {
      width += h.value().dim(1);
    }
    for (Variable c : state.c()) {
      width += c.value().dim(1);
    }
    return width;
  }

  private static Variable columns(Tape tape, Tensor states, int column, int width, int rows) {
    Tensor part = tape.workspace().tensor(rows, width);
    for (int r = 0; r < rows; r++) {
      Memory.copy(part.address(r), states.address(r) + 4L * column, width);
    }
    return tape.constant(part);
  }

  private static void store(State state, Variable seen, int rows, Tensor to) {
    int column = 0;
    for (Variable h : state.h()) {
      column = store(h.value(), rows, to, column);
    }
    for (Variable c : state.c()) {
      column = store(c.value(), rows, to, column);
    }
    if (seen != null) {
      store(seen.value().reshape(rows, seen.value().dim(2)), rows, to, column);
    }
  }

  private static int store(Tensor part, int rows, Tensor to, int column) {
    int width = part.dim(1);
    for (int r = 0; r < rows; r++) {
      Memory.copy(to.address(r) + 4L * column, part.address(r), width);
    }
    return column + width;
  }

  // ---- without ----

  /** Position after position: no symbol hangs on the one before, so that a beam gains nothing. */
  private void wordByWord(
      Tensor readouts, Batch batch, List<Live> beginnings, List<List<Hypothesis>> finished) {
    List<Live> live = beginnings;
    int size = live.size();
    for (int t = 0; !live.isEmpty(); t++) {
      steps.reset();
      logits(readouts.address(t), size);
      var next = new ArrayList<Live>();
      for (Live from : live) {
        int length = batch.lengths().get(from.sentence());
        boolean isLast = t + 1 == Math.min(length, options.limit(length));
        Candidate best = continuations(from.sentence(), from).getFirst();
        Live longer = extend(from, best, null, isLast, finished);
        if (longer != null) {
          next.add(longer);
        }
      }
      live = next;
    }
  }

  @Override
  public void close() {
    sources.close();
    states.close();
    steps.close();
  }
}
