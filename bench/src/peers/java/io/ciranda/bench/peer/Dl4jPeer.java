package io.ciranda.bench.peer;

import io.ciranda.memory.Tensor;
import io.ciranda.network.Network;
import io.ciranda.network.Network.Direction;
import io.ciranda.nn.Cell;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * DL4J with ND4J's native backend: {@code rnnTimeStep} where the state is carried, {@code output}
 * where not. It has no GRU.
 */
public final class Dl4jPeer implements Peer {
  /** The service. */
  public static final class Factory implements PeerFactory {
    @Override
    public String name() {
      return "dl4j";
    }

    @Override
    public Peer create(Workload workload) {
      workload.spec().requireFloat32(name());
      if (workload.spec().cell() != Cell.LSTM) {
        throw new IllegalArgumentException(
            "dl4j has LSTM only, actual " + workload.spec().cell().label());
      }
      return new Dl4jPeer(workload);
    }
  }

  /** Where DL4J's gate blocks g f o i are among PyTorch's i f g o. */
  private static final int[] GATES = {2, 1, 3, 0};

  private final Workload workload;
  private final Spec spec;
  private final MultiLayerNetwork network;

  /** {@code [T][B][I]} or tokens {@code [T][B][1]}, as the workload has them. */
  private final INDArray input;

  private final FloatBuffer features;
  private final IntBuffer tokens;

  /** The same memory as DL4J takes it: {@code [B][I][T]}, or {@code [B][I]} of a single step. */
  private final INDArray x;

  private INDArray output;

  private Dl4jPeer(Workload workload) {
    this.workload = workload;
    spec = workload.spec();
    Nd4j.getEnvironment().setMaxThreads(spec.threads());
    Nd4j.getEnvironment().setMaxMasterThreads(spec.threads());
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(spec.threads());
    Nd4j.factory().blas().setMaxThreads(spec.threads());
    network = network();
    if (spec.readsTokens()) {
      input = Nd4j.create(DataType.INT32, spec.steps(), spec.batch(), 1);
      tokens = input.data().asNioInt();
      features = null;
    } else {
      input = Nd4j.create(DataType.FLOAT, spec.steps(), spec.batch(), spec.input());
      tokens = null;
      features = input.data().asNioFloat();
    }
    x =
        spec.steps() == 1 && spec.carryState()
            ? input.reshape(spec.batch(), input.size(2))
            : input.permute(1, 2, 0);
  }

  private MultiLayerNetwork network() {
    var list = new NeuralNetConfiguration.Builder().dataType(DataType.FLOAT).list();
    if (spec.readsTokens()) {
      list.layer(
          new EmbeddingSequenceLayer.Builder()
              .nIn(spec.vocabulary())
              .nOut(spec.input())
              .inputLength(spec.steps())
              .hasBias(false)
              .activation(Activation.IDENTITY)
              .build());
    }
    for (int l = 0; l < spec.layers(); l++) {
      list.layer(
          new LSTM.Builder()
              .nIn(l == 0 ? spec.input() : spec.hidden())
              .nOut(spec.hidden())
              .activation(Activation.TANH)
              .gateActivationFunction(Activation.SIGMOID)
              .build());
    }
    if (spec.readsTokens()) {
      list.layer(
          new RnnOutputLayer.Builder(LossFunction.MCXENT)
              .nIn(spec.hidden())
              .nOut(spec.vocabulary())
              .activation(Activation.SOFTMAX)
              .build());
    }
    var built = new MultiLayerNetwork(list.build());
    built.init();
    setWeights(built);
    return built;
  }

  private void setWeights(MultiLayerNetwork target) {
    Network source = workload.network();
    int at = 0;
    if (spec.readsTokens()) {
      target.setParam(at++ + "_W", matrix(source.embedding().toArray(), spec.vocabulary()));
    }
    for (int l = 0; l < spec.layers(); l++, at++) {
      Direction w = source.direction(l, 0);
      int rows = spec.cell().gates() * spec.hidden();
      target.setParam(at + "_W", matrix(gates(w.weightIh()), rows).transpose());
      target.setParam(at + "_RW", matrix(gates(w.weightHh()), rows).transpose());
      // It has one bias, the sum of the two.
      target.setParam(
          at + "_b", matrix(gates(w.biasIh()), 1).add(matrix(gates(w.biasHh()), 1)));
    }
    if (spec.readsTokens()) {
      target.setParam(
          at + "_W", matrix(source.linearWeight().toArray(), spec.vocabulary()).transpose());
      target.setParam(at + "_b", matrix(source.linearBias().toArray(), 1));
    }
  }

  private static INDArray matrix(float[] values, int rows) {
    return Nd4j.createFromArray(values).reshape(rows, values.length / rows);
  }

  /** The blocks of H rows in DL4J's order. */
  private static float[] gates(Tensor weights) {
    float[] from = weights.toArray();
    float[] to = new float[from.length];
    int block = from.length / GATES.length;
    for (int gate = 0; gate < GATES.length; gate++) {
      System.arraycopy(from, GATES[gate] * block, to, gate * block, block);
    }
    return to;
  }

  @Override
  public void run() {
    if (spec.readsTokens()) {
      tokens.put(0, workload.tokens());
    } else {
      features.put(0, workload.features());
    }
    output = spec.carryState() ? network.rnnTimeStep(x) : network.output(x);
  }

  @Override
  public float[] output() {
    INDArray stepsFirst = output.rank() == 3 ? output.permute(2, 0, 1) : output;
    return stepsFirst.dup('c').data().asFloat();
  }

  @Override
  public void reset() {
    network.rnnClearPreviousState();
  }

  @Override
  public void close() {
    network.close();
    input.close();
  }
}
