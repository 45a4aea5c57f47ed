package io.ciranda.bench.peer;

import java.util.function.Function;

/** Makes a {@link Peer}; those of the profile {@code peers} are found as services. */
public interface PeerFactory {
  /** The name in the parameter {@code peer}. */
  String name();

  /**
   * The engine, ready to run.
   *
   * @param workload stays open as long as the peer
   * @throws IllegalArgumentException if the engine has no such network, naming what it lacks
   */
  Peer create(Workload workload);

  /** A factory of that name. */
  static PeerFactory of(String name, Function<Workload, Peer> constructor) {
    return new PeerFactory() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Peer create(Workload workload) {
        return constructor.apply(workload);
      }
    };
  }
}
