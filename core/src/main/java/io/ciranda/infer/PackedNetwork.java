package io.ciranda.infer;

import io.ciranda.infer.PackedPart.Source;
import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.Precision;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.Architecture.Reset;
import io.ciranda.network.Network;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The packed weights of a network, and the number of those who use them: the model and its
 * sessions. The last one to go frees the memory, or the garbage collector when nobody is left to
 * say so.
 */
final class PackedNetwork {
  static final Cleaner CLEANER = Cleaner.create();

  /**
   * The table of tokens' products is made up to this size, which is larger than the embedding by
   * what the gates are wider than it. A larger vocabulary's vectors are looked up and multiplied.
   */
  static final long MOST_FOLDED_BYTES = 256L << 20;

  private final Architecture architecture;
  private final Kernels kernels;
  private final int threads;
  private final PackedPart[][] parts; // [L][D * parts of a direction]
  private final int[] partsOfDirection; // [L]
  private final PackedHead head;
  private final Tensor vectors; // the embedding that is looked up, or null
  private final Memory memory;

  private record Memory(Owner owner, AtomicInteger users) implements Runnable {
    @Override
    public void run() {
      if (users.getAndSet(0) > 0) {
        owner.close();
      }
    }
  }

  /**
   * Packs a network, with one user.
   *
   * @param threads that a whole sequence runs on: each layer is cut into as many parts
   */
  static PackedNetwork of(Kernels kernels, Precision precision, Network network, int threads) {
    var owner = new Owner();
    try {
      return new PackedNetwork(kernels, precision, network, threads, owner);
    } catch (Throwable e) {
      owner.close();
      throw e;
    }
  }

  private PackedNetwork(
      Kernels kernels, Precision precision, Network network, int threads, Owner owner) {
    this.kernels = kernels;
    this.threads = threads;
    architecture = network.architecture();
    int layers = architecture.layers().size();
    parts = new PackedPart[layers][];
    partsOfDirection = new int[layers];
    vectors = isFolded(network) ? null : owner.keep(copy(network.embedding()));
    List<Slice> below = List.of(Slice.whole(architecture.input()));
    for (int l = 0; l < layers; l++) {
      Layer layer = architecture.layers().get(l);
      int cut = layer.reset() == Reset.BEFORE_PRODUCT ? 1 : Math.min(threads, layer.hidden());
      List<Slice> slices = Slice.units(kernels, layer.cell().gates(), layer.hidden(), cut);
      var packed = new ArrayList<PackedPart>();
      var features = new ArrayList<Slice>();
      for (int d = 0; d < layer.directions(); d++) {
        for (int part = 0; part < cut; part++) {
          features.add(slices.get(part).shifted(d * layer.hidden()));
          packed.add(
              PackedPart.of(
                  new Source(
                      kernels, precision, network, l, d, slices, part, below, vectors, owner)));
        }
      }
      parts[l] = packed.toArray(PackedPart[]::new);
      partsOfDirection[l] = cut;
      below = features;
    }
    head = new PackedHead(kernels, precision, network, below, owner);
    memory = new Memory(owner, new AtomicInteger(1));
    CLEANER.register(this, memory);
  }

  /** Whether there is no embedding to look up: features are read, or products are folded. */
  private static boolean isFolded(Network network) {
    Architecture architecture = network.architecture();
    Layer first = architecture.layers().getFirst();
    long row = 4L * first.cell().gates() * first.hidden() * first.directions();
    return !architecture.readsTokens() || network.embedding().dim(0) * row <= MOST_FOLDED_BYTES;
  }

  private static Tensor copy(Tensor embedding) {
    return Tensor.allocate(embedding.shape()).copyFrom(embedding);
  }

  Architecture architecture() {
    return architecture;
  }

  /** E of tokens whose vectors are looked up; 0 where there are none. */
  int vectorWidth() {
    return vectors == null ? 0 : vectors.dim(1);
  }

  Kernels kernels() {
    return kernels;
  }

  /** The threads that a whole sequence runs on. */
  int threads() {
    return threads;
  }

  /** L. */
  int layers() {
    return parts.length;
  }

  /** The parts of a layer's directions, those of the forward one first. */
  PackedPart[] parts(int l) {
    return parts[l];
  }

  /** How many of them belong to one direction. */
  int partsOfDirection(int l) {
    return partsOfDirection[l];
  }

  /** The greatest GP of all parts. */
  int widestGateRow() {
    int widest = 0;
    for (PackedPart[] layer : parts) {
      for (PackedPart part : layer) {
        widest = Math.max(widest, part.gateRow());
      }
    }
    return widest;
  }

  PackedHead head() {
    return head;
  }

  long bytes() {
    return memory.owner.bytes();
  }

  /** Counts one user more. False if the last has gone, and the weights with it. */
  boolean acquire() {
    return memory.users.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
  }

  /** One user less. */
  void release() {
    if (memory.users.decrementAndGet() == 0) {
      memory.owner.close();
    }
  }
}
