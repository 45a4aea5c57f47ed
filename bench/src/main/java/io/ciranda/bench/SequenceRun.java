package io.ciranda.bench;

import io.ciranda.bench.peer.Spec;
import org.openjdk.jmh.annotations.Param;

/** One whole sequence from a state of zeros. */
public class SequenceRun extends PeerState {
  @Param("1")
  int layers;

  @Param("128")
  int steps;

  @Param("1")
  int batch;

  @Override
  Spec spec() {
    return spec(layers, steps, batch, 0, false);
  }
}
