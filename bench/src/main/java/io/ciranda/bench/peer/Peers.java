package io.ciranda.bench.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The engines by name. */
public final class Peers {
  /** Those of every build. */
  private static final List<PeerFactory> OWN =
      List.of(
          PeerFactory.of("ciranda", CirandaPeer::new),
          PeerFactory.of("reference", ReferencePeer::new));

  private Peers() {}

  /** The oracle that the answers of all are checked against. */
  public static Peer reference(Workload workload) {
    return new ReferencePeer(workload);
  }

  /**
   * The engine of that name.
   *
   * @throws IllegalArgumentException if there is none, listing those there are, or if it has no
   *     such network
   */
  public static Peer create(String name, Workload workload) {
    List<PeerFactory> all = new ArrayList<>(OWN);
    ServiceLoader.load(PeerFactory.class).forEach(all::add);
    for (PeerFactory factory : all) {
      if (factory.name().equals(name)) {
        return factory.create(workload);
      }
    }
    throw new IllegalArgumentException(
        "peer: expected one of %s (more with the Maven profile peers), actual '%s'"
            .formatted(
                all.stream().map(PeerFactory::name).collect(Collectors.joining(", ")), name));
  }
}
