package io.ciranda.bench.peer;

import io.ciranda.memory.Tensor;
import io.ciranda.network.Network;
import io.ciranda.network.Network.Direction;
import io.ciranda.nn.Cell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The oracle: a forward pass in double precision by the formulas of PyTorch's documentation, one
 * sequence and one step at a time, and as plain as can be.
 */
final class ReferencePeer implements Peer {
  /** {@code [rows][columns]} with a bias {@code [rows]}. */
  private static final class Affine {
    private final float[] weight;
    private final float[] bias;

    Affine(Tensor weight, Tensor bias) {
      this.weight = weight.toArray();
      this.bias = bias.toArray();
    }

    double[] times(double[] x) {
      double[] y = new double[bias.length];
      for (int row = 0; row < y.length; row++) {
        double sum = bias[row];
        for (int k = 0; k < x.length; k++) {
          sum += weight[row * x.length + k] * x[k];
        }
        y[row] = sum;
      }
      return y;
    }
  }

  /** The weights of a layer and its state {@code [B][H]}. */
  private static final class Layer {
    private final Affine input;
    private final Affine recurrent;
    private final double[][] h;
    private final double[][] c;

    Layer(Direction w, int batch, int hidden) {
      input = new Affine(w.weightIh(), w.biasIh());
      recurrent = new Affine(w.weightHh(), w.biasHh());
      h = new double[batch][hidden];
      c = new double[batch][hidden];
    }
  }

  private final Spec spec;
  private final int[] tokens;

  /** The embedding {@code [V][I]}, or the input {@code [T*B][I]}. */
  private final float[] table;

  private final List<Layer> layers = new ArrayList<>();
  private final Affine linear;
  private final float[] output;

  ReferencePeer(Workload workload) {
    spec = workload.spec();
    tokens = workload.tokens();
    Network network = workload.network();
    table = spec.readsTokens() ? network.embedding().toArray() : workload.features();
    linear = spec.readsTokens() ? new Affine(network.linearWeight(), network.linearBias()) : null;
    for (int l = 0; l < spec.layers(); l++) {
      layers.add(new Layer(network.direction(l, 0), spec.batch(), spec.hidden()));
    }
    output = new float[spec.steps() * spec.batch() * spec.output()];
  }

  @Override
  public void run() {
    if (!spec.carryState()) {
      reset();
    }
    for (int at = 0; at < spec.steps() * spec.batch(); at++) {
      double[] x = input(at);
      for (Layer layer : layers) {
        x = step(layer, x, at % spec.batch());
      }
      if (spec.readsTokens()) {
        x = softmax(linear.times(x));
      }
      for (int j = 0; j < x.length; j++) {
        output[at * x.length + j] = (float) x[j];
      }
    }
  }

  /** Row {@code at} of the input {@code [T*B][I]}. */
  private double[] input(int at) {
    int row = spec.readsTokens() ? tokens[at] : at;
    double[] x = new double[spec.input()];
    Arrays.setAll(x, k -> table[row * x.length + k]);
    return x;
  }

  private double[] step(Layer layer, double[] x, int sequence) {
    double[] xs = layer.input.times(x);
    double[] hs = layer.recurrent.times(layer.h[sequence]);
    double[] h = layer.h[sequence];
    double[] c = layer.c[sequence];
    int n = h.length;
    for (int j = 0; j < n; j++) {
      if (spec.cell() == Cell.LSTM) {
        double in = sigmoid(xs[j] + hs[j]);
        double forget = sigmoid(xs[n + j] + hs[n + j]);
        double candidate = Math.tanh(xs[2 * n + j] + hs[2 * n + j]);
        double out = sigmoid(xs[3 * n + j] + hs[3 * n + j]);
        c[j] = forget * c[j] + in * candidate;
        h[j] = out * Math.tanh(c[j]);
      } else {
        double reset = sigmoid(xs[j] + hs[j]);
        double update = sigmoid(xs[n + j] + hs[n + j]);
        double candidate = Math.tanh(xs[2 * n + j] + reset * hs[2 * n + j]);
        h[j] = (1 - update) * candidate + update * h[j];
      }
    }
    return h;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double[] softmax(double[] logits) {
    double[] p = Arrays.stream(logits).map(Math::exp).toArray();
    double sum = Arrays.stream(p).sum();
    Arrays.setAll(p, j -> p[j] / sum);
    return p;
  }

  @Override
  public float[] output() {
    return output.clone();
  }

  @Override
  public void reset() {
    for (Layer layer : layers) {
      for (int b = 0; b < spec.batch(); b++) {
        Arrays.fill(layer.h[b], 0);
        Arrays.fill(layer.c[b], 0);
      }
    }
  }

  @Override
  public void close() {}
}
