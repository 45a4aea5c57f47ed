package io.ciranda.infer;

import io.ciranda.kernel.PackedMatrix;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Memory of several objects that is given back together. */
final class Owner implements AutoCloseable {
  private final List<Runnable> closers = new ArrayList<>();
  private long bytes;

  Tensor keep(Tensor tensor) {
    closers.add(tensor::close);
    bytes += 4 * tensor.size();
    return tensor;
  }

  IntTensor keep(IntTensor tensor) {
    closers.add(tensor::close);
    bytes += 4 * tensor.size();
    return tensor;
  }

  PackedMatrix keep(PackedMatrix matrix) {
    closers.add(matrix::close);
    bytes += matrix.bytes();
    return matrix;
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    closers.forEach(Runnable::run);
  }
}
