package io.ciranda.bench.peer;

import io.ciranda.infer.Model;
import io.ciranda.infer.Session;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** This engine, through its public API, with input and output in native memory. */
final class CirandaPeer implements Peer {
  private final Spec spec;
  private final float[] features;
  private final int[] tokens;
  private final Model model;
  private final Session session;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment x; // [T][B][I], or ids [T][B]
  private final MemorySegment y; // [T][B][O]

  CirandaPeer(Workload workload) {
    spec = workload.spec();
    features = workload.features();
    tokens = workload.tokens();
    var options = Model.Options.standard().with(spec.precision()).withThreads(spec.threads());
    model = Model.of(workload.network(), options);
    session = model.newSession(spec.batch());
    long rows = (long) spec.steps() * spec.batch();
    x = arena.allocate(4 * rows * (spec.readsTokens() ? 1 : spec.input()), 64);
    y = arena.allocate(4 * rows * spec.output(), 64);
  }

  @Override
  public void run() {
    if (!spec.carryState()) {
      session.reset();
    }
    if (spec.readsTokens()) {
      MemorySegment.copy(tokens, 0, x, ValueLayout.JAVA_INT, 0, tokens.length);
    } else {
      MemorySegment.copy(features, 0, x, ValueLayout.JAVA_FLOAT, 0, features.length);
    }
    session.run(x, y, spec.steps());
  }

  @Override
  public float[] output() {
    return y.toArray(ValueLayout.JAVA_FLOAT);
  }

  @Override
  public void reset() {
    session.reset();
  }

  @Override
  public void close() {
    session.close();
    model.close();
    arena.close();
  }
}
