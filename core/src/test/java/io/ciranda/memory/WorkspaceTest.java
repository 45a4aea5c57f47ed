package io.ciranda.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class WorkspaceTest {
  /** From nothing to more than the first chunks. */
  private static final int[] SIZES = {1, 0, 17, 300_000, 5, 2_000_000, 100, 250_000, 250_000, 64};

  @AutoClose private final Workspace workspace = new Workspace("test");

  private List<Tensor> step() {
    var taken = new ArrayList<Tensor>();
    for (int size : SIZES) {
      taken.add(workspace.tensor(size));
    }
    return taken;
  }

  @Test
  void whatItGivesIsAlignedAndDoesNotOverlap() {
    List<Tensor> taken = step();
    for (int i = 0; i < taken.size(); i++) {
      assertEquals(0, taken.get(i).address() % 64);
      taken.get(i).fill(i);
    }
    for (int i = 0; i < taken.size(); i++) {
      for (float value : taken.get(i).toArray()) {
        assertEquals(i, value);
      }
    }
  }

  @Test
  void theSecondStepOfTheSameSizesTakesTheSameMemory() {
    List<Long> first = step().stream().map(Tensor::address).toList();
    long capacity = workspace.capacity();
    assertTrue(capacity > 4L * 2_800_000);
    for (int i = 0; i < 3; i++) {
      workspace.reset();
      assertEquals(first, step().stream().map(Tensor::address).toList());
      assertEquals(capacity, workspace.capacity());
    }
  }

  @Test
  void smallerStepsTakeNothingNew() {
    step();
    long capacity = workspace.capacity();
    for (int i = SIZES.length - 1; i >= 0; i--) {
      workspace.reset();
      workspace.tensor(SIZES[i]);
    }
    assertEquals(capacity, workspace.capacity());
  }

  @Test
  void zerosAreZerosInMemoryThatWasUsed() {
    workspace.tensor(100).fill(1);
    workspace.reset();
    assertArrayEquals(new float[100], workspace.zeros(100).toArray());
  }

  @Test
  void useAfterResetIsRefusedForTensorsAndViews() {
    Tensor x = workspace.tensor(2, 3);
    Tensor view = x.rows(0, 1);
    IntTensor ids = workspace.ints(4);
    workspace.reset();
    workspace.tensor(2, 3);
    for (Tensor stale : List.of(x, view)) {
      var e = assertThrows(IllegalStateException.class, stale::toArray);
      assertEquals(
          "use after reset: %s was taken from workspace 'test' in generation 0, which is now in generation 1"
              .formatted(stale),
          e.getMessage());
    }
    assertThrows(IllegalStateException.class, () -> ids.get(0));
    assertThrows(IllegalStateException.class, () -> ids.set(0, 1));
    assertThrows(IllegalStateException.class, () -> x.reshape(6));
  }

  @Test
  void useAfterCloseIsRefused() {
    Tensor x = workspace.tensor(2, 3);
    workspace.close();
    var e = assertThrows(IllegalStateException.class, x::address);
    assertEquals("use after close: tensor [2][3] belongs to workspace 'test'", e.getMessage());
    assertThrows(IllegalStateException.class, () -> workspace.tensor(2).address());
  }
}
