import io.ciranda.bench.peer.PeerFactory;

/**
 * JMH benchmarks. Open, because JMH calls what it has generated. The profile {@code peers} builds
 * without this: DL4J cannot be a module.
 */
// JMH has no module name but that of its file.
@SuppressWarnings("requires-automatic")
open module io.ciranda.bench {
  requires io.ciranda.blas;
  requires io.ciranda.core;
  requires jdk.incubator.vector;
  requires jdk.jfr;
  requires jdk.management;
  requires jmh.core;

  uses PeerFactory;
}
