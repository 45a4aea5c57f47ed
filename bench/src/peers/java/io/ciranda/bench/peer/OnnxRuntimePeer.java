package io.ciranda.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime by its fastest documented way: all tensors lie in direct buffers that stay, the
 * outputs are pinned, and the state that one call writes is what the next one reads.
 */
public final class OnnxRuntimePeer implements Peer {
  /** The service. */
  public static final class Factory implements PeerFactory {
    @Override
    public String name() {
      return "onnxruntime";
    }

    @Override
    public Peer create(Workload workload) {
      workload.spec().requireFloat32(name());
      try {
        return new OnnxRuntimePeer(workload);
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** What a call reads and writes. */
  private record Turn(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) {}

  private final Workload workload;
  private final OnnxModel model;
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final List<OnnxTensor> tensors = new ArrayList<>();
  private final List<FloatBuffer> states = new ArrayList<>();
  private FloatBuffer features;
  private IntBuffer tokens;

  /** Two in turn: the state goes from one pair of buffers to the other and back. */
  private final Turn[] turns = new Turn[2];

  private int turn;

  private OnnxRuntimePeer(Workload workload) throws OrtException {
    this.workload = workload;
    model = new OnnxModel(workload);
    try (var options = new SessionOptions()) {
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(workload.spec().threads());
      options.setInterOpNumThreads(1);
      session = environment.createSession(model.toByteArray(), options);
    }
    OnnxTensor x = input();
    for (int i = 0; i < turns.length; i++) {
      turns[i] = new Turn(new HashMap<>(Map.of("x", x)), new HashMap<>());
    }
    for (String state : model.states()) {
      OnnxTensor a = floats(model.stateShape());
      OnnxTensor b = floats(model.stateShape());
      states.addAll(List.of(buffer(a), buffer(b)));
      turns[0].inputs.put(state, a);
      turns[0].outputs.put(OnnxModel.next(state), b);
      turns[1].inputs.put(state, b);
      turns[1].outputs.put(OnnxModel.next(state), a);
    }
    if (!model.outputIsState()) {
      OnnxTensor y = floats(model.outputShape());
      for (Turn each : turns) {
        each.outputs.put(model.output(), y);
      }
    }
  }

  private OnnxTensor input() throws OrtException {
    Spec spec = workload.spec();
    if (spec.readsTokens()) {
      tokens = direct(workload.tokens().length).asIntBuffer();
      return keep(
          OnnxTensor.createTensor(environment, tokens, new long[] {spec.steps(), spec.batch()}));
    }
    OnnxTensor x = floats(spec.steps(), spec.batch(), spec.input());
    features = buffer(x);
    return x;
  }

  private OnnxTensor floats(long... shape) throws OrtException {
    long size = 1;
    for (long dimension : shape) {
      size *= dimension;
    }
    FloatBuffer zeros = direct(Math.toIntExact(size)).asFloatBuffer();
    return keep(OnnxTensor.createTensor(environment, zeros, shape));
  }

  /** Memory that a tensor uses as it is; ONNX Runtime copies any other. */
  private static ByteBuffer direct(int elements) {
    return ByteBuffer.allocateDirect(4 * elements).order(ByteOrder.nativeOrder());
  }

  private OnnxTensor keep(OnnxTensor tensor) {
    tensors.add(tensor);
    return tensor;
  }

  /** The memory of a tensor, not a copy. */
  private static FloatBuffer buffer(OnnxTensor tensor) {
    return (FloatBuffer) tensor.getBufferRef().orElseThrow();
  }

  @Override
  public void run() {
    if (tokens != null) {
      tokens.put(0, workload.tokens());
    } else {
      features.put(0, workload.features());
    }
    try {
      session.run(turns[turn].inputs, turns[turn].outputs).close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
    turn ^= 1;
  }

  @Override
  public float[] output() {
    FloatBuffer last = buffer(turns[turn ^ 1].outputs.get(model.output()));
    float[] copy = new float[last.capacity()];
    last.get(0, copy);
    return copy;
  }

  @Override
  public void reset() {
    for (FloatBuffer state : states) {
      state.put(0, new float[state.capacity()]);
    }
  }

  @Override
  public void close() {
    tensors.forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
