package io.ciranda.bench;

import io.ciranda.bench.peer.Spec;
import org.openjdk.jmh.annotations.Param;

/** One new step of a sequence that never ends: the state is carried from call to call. */
public class StreamStep extends PeerState {
  @Param("1")
  int layers;

  @Param("1")
  int steps;

  @Param("1")
  int batch;

  @Override
  Spec spec() {
    return spec(layers, steps, batch, 0, true);
  }
}
