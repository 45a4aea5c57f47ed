package io.ciranda.bench;

import io.ciranda.bench.peer.Spec;
import org.openjdk.jmh.annotations.Param;

/** Several whole sequences at once from a state of zeros. */
public class BatchRun extends PeerState {
  @Param("1")
  int layers;

  @Param("32")
  int steps;

  @Param("16")
  int batch;

  @Override
  Spec spec() {
    return spec(layers, steps, batch, 0, false);
  }
}
