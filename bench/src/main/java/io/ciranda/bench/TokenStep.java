package io.ciranda.bench;

import io.ciranda.bench.peer.Spec;
import org.openjdk.jmh.annotations.Param;

/**
 * One new token of a language model: embedding, recurrent layers, linear layer, softmax over V; the
 * state is carried from call to call.
 */
public class TokenStep extends PeerState {
  /** V, unless another is asked for. */
  static final int VOCABULARY = 100;

  @Param("2")
  int layers;

  @Param("1")
  int steps;

  @Param("1")
  int batch;

  @Param("" + VOCABULARY)
  int vocabulary;

  @Override
  Spec spec() {
    return spec(layers, steps, batch, vocabulary, true);
  }
}
