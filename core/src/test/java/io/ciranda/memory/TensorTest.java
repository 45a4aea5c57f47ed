package io.ciranda.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class TensorTest {
  private static final float[] ONE_TO_SIX = {1, 2, 3, 4, 5, 6};

  @AutoClose private final Tensor x = Tensor.of(ONE_TO_SIX, 3, 2);
  @AutoClose private final IntTensor ids = IntTensor.of(new int[] {1, 2, 3, 4, 5, 6}, 3, 2);

  private static void assertRefused(String message, Executable executable) {
    var e = assertThrows(IllegalArgumentException.class, executable);
    assertEquals(message, e.getMessage());
  }

  @Test
  void isRowMajor() {
    assertEquals(1, x.get(0, 0));
    assertEquals(2, x.get(0, 1));
    assertEquals(5, x.get(2, 0));
    x.set(7, 1, 1);
    assertArrayEquals(new float[] {1, 2, 3, 7, 5, 6}, x.toArray());
    assertEquals(6, x.size());
    assertEquals(2, x.rowSize());
    assertEquals(x.address() + 16, x.address(2));
  }

  @Test
  void startsAsAlignedZeros() {
    for (int n : new int[] {0, 1, 17, 1000}) {
      try (Tensor zeros = Tensor.allocate(n);
          IntTensor none = IntTensor.allocate(n)) {
        assertArrayEquals(new float[n], zeros.toArray());
        assertEquals(0, zeros.address() % 64);
        for (int i = 0; i < n; i++) {
          assertEquals(0, none.get(i));
        }
      }
    }
  }

  @Test
  void aCopyDoesNotShare() {
    float[] values = ONE_TO_SIX.clone();
    try (Tensor copy = Tensor.of(values, 6)) {
      values[0] = 9;
      assertEquals(1, copy.get(0));
      copy.reshape(3, 2).copyFrom(x.fill(4));
      x.fill(5);
      assertEquals(4, copy.get(0));
    }
  }

  @Test
  void theShapeDoesNotChangeWithTheArraysThatGaveItOrCameOutOfIt() {
    int[] shape = {2, 3};
    Tensor view = x.reshape(shape);
    shape[0] = 9;
    view.shape()[0] = 9;
    assertArrayEquals(new int[] {2, 3}, view.shape());
  }

  @Test
  void viewsShareTheMemory() {
    Tensor row = x.rows(1, 2);
    assertArrayEquals(new int[] {1, 2}, row.shape());
    assertArrayEquals(new float[] {3, 4}, row.toArray());
    row.fill(8);
    x.reshape(6).set(9, 5);
    assertArrayEquals(new float[] {1, 2, 8, 8, 5, 9}, x.toArray());
    x.rows(0, 1).zero();
    assertArrayEquals(new float[] {0, 0, 8, 8, 5, 9}, x.toArray());
    assertEquals(0, x.rows(3, 3).size());
  }

  @Test
  void aViewOfAnotherSizeIsRefused() {
    assertRefused("cannot view tensor [3][2] as [4][2]", () -> x.reshape(4, 2));
    for (int[] rows : new int[][] {{-1, 1}, {2, 1}, {0, 4}}) {
      assertThrows(IndexOutOfBoundsException.class, () -> x.rows(rows[0], rows[1]));
    }
  }

  @Test
  void indicesOutOfRangeAreRefused() {
    for (int[] at : new int[][] {{3, 0}, {0, 2}, {-1, 0}, {0, -1}}) {
      assertThrows(IndexOutOfBoundsException.class, () -> x.get(at));
      assertThrows(IndexOutOfBoundsException.class, () -> x.set(1, at));
    }
    assertThrows(IndexOutOfBoundsException.class, () -> x.address(3));
    assertThrows(IndexOutOfBoundsException.class, () -> ids.get(6));
    assertThrows(IndexOutOfBoundsException.class, () -> ids.get(-1));
    assertThrows(IndexOutOfBoundsException.class, () -> ids.set(6, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> ids.set(-1, 0));
    assertRefused("expected 2 indices for shape [3][2], actual 1", () -> x.get(1));
  }

  @Test
  void wrongSizesAndShapesAreRefusedWithExpectedAndActual() {
    assertRefused("expected 6 values for tensor [3][2], actual 5", () -> x.copyFrom(new float[5]));
    assertRefused(
        "expected 6 values for int tensor [3][2], actual 7", () -> ids.copyFrom(new int[7]));
    assertRefused("h0: expected shape [2][3], actual [3][2]", () -> x.requireShape("h0", 2, 3));
    assertRefused("ids: expected shape [6], actual [3][2]", () -> ids.requireShape("ids", 6));
    assertRefused(
        "source of the copy: expected shape [3][2], actual [2][3]",
        () -> x.copyFrom(x.reshape(2, 3)));
    assertRefused("negative dimension in shape [2][-1]", () -> Tensor.allocate(2, -1));
    assertRefused("negative dimension in shape [-2]", () -> IntTensor.allocate(-2));
  }

  @Test
  void moreElementsThanCanBeCountedAreRefused() {
    int max = Integer.MAX_VALUE;
    String message =
        "more elements than any memory has in shape [2147483647][2147483647][2147483647]";
    assertRefused(message, () -> Tensor.allocate(max, max, max));
    assertRefused(message, () -> x.reshape(max, max, max));
  }

  @Test
  void memoryThatIsNotThereIsAnErrorThatSaysHowMuchAndForWhat() {
    var e = assertThrows(OutOfMemoryError.class, () -> Tensor.allocate(1 << 30, 1 << 20));
    assertTrue(
        e.getMessage()
            .startsWith(
                "no 4,503,599,627,370,496 bytes of off-heap memory for tensor [1073741824][1048576]"),
        e.getMessage());
  }

  @Test
  void valuesOutOfRangeAreRefusedWithTheirPlace() {
    assertEquals(ids, ids.requireRange("ids", 1, 7));
    assertRefused(
        "ids: expected values in [1, 6), actual 6 at position 5",
        () -> ids.requireRange("ids", 1, 6));
    assertRefused(
        "ids: expected values in [2, 7), actual 1 at position 0",
        () -> ids.requireRange("ids", 2, 7));
  }

  @Test
  void everyUseAfterCloseIsRefusedAndNamesTheOwner() {
    Tensor owner = Tensor.of(ONE_TO_SIX, 3, 2);
    Tensor view = owner.rows(1, 3).reshape(4);
    owner.close();
    owner.close();
    List<Executable> uses =
        List.of(
            view::address,
            () -> view.address(0),
            view::segment,
            view::toArray,
            view::zero,
            () -> view.fill(1),
            () -> view.get(0),
            () -> view.set(1, 0),
            () -> view.rows(0, 1),
            () -> view.reshape(2, 2),
            () -> view.copyFrom(new float[4]),
            () -> x.reshape(6).rows(0, 4).copyFrom(view));
    for (Executable use : uses) {
      var e = assertThrows(IllegalStateException.class, use);
      assertEquals("use after close: tensor [4] belongs to tensor [3][2]", e.getMessage());
    }
    IntTensor tokens = IntTensor.allocate(2);
    tokens.close();
    for (Executable use :
        List.<Executable>of(
            tokens::address,
            () -> tokens.get(0),
            () -> tokens.set(0, 1),
            () -> tokens.copyFrom(new int[2]),
            () -> tokens.requireRange("ids", 0, 1))) {
      var e = assertThrows(IllegalStateException.class, use);
      assertEquals("use after close: int tensor [2] belongs to int tensor [2]", e.getMessage());
    }
  }
}
