import io.ciranda.kernel.KernelProvider;

/**
 * Recurrent networks: tensors, layers, training, inference, model files. Faster kernels are found
 * by {@link java.util.ServiceLoader}: {@code io.ciranda.simd} only has to be on the path.
 */
// protobuf-javalite is an automatic module, but its manifest fixes the name.
@SuppressWarnings("requires-automatic")
module io.ciranda.core {
  requires com.fasterxml.jackson.core;
  requires com.google.protobuf;
  requires io.ciranda.blas;
  requires jdk.management; // the memory of the machine

  exports io.ciranda.autograd;
  exports io.ciranda.infer;
  exports io.ciranda.io;
  exports io.ciranda.kernel;
  exports io.ciranda.memory;
  exports io.ciranda.model;
  exports io.ciranda.network;
  exports io.ciranda.nn;
  exports io.ciranda.parallel;
  exports io.ciranda.sequence;
  exports io.ciranda.text;
  exports io.ciranda.train;
  exports io.ciranda.translation;

  uses KernelProvider;
}
