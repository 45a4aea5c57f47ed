package io.ciranda.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** In which JVMs the kernels refuse, and what they say. */
class SimdProviderTest {

  /** Prints the refusal, or the kernels' name. */
  static final class PrintRefusal {
    private PrintRefusal() {}

    /** Run in JVMs of its own. */
    public static void main(String[] args) {
      var provider = new SimdProvider();
      System.out.println(provider.refusal().orElseGet(() -> provider.kernels().name()));
    }
  }

  private static String print(ChildJvm jvm) throws IOException, InterruptedException {
    return jvm.run(PrintRefusal.class).out();
  }

  @Test
  void noneWhereAllIsThere() throws IOException, InterruptedException {
    assertEquals("simd-128", print(new ChildJvm().option("-Dciranda.simd.width=128")));
  }

  @Test
  void withoutTheModule() throws IOException, InterruptedException {
    assertEquals(
        "the module jdk.incubator.vector is not there: add --add-modules jdk.incubator.vector to the java command",
        printWithoutOptions());
  }

  /** A child as {@link ChildJvm} makes them has this JVM's options, the module among them. */
  private static String printWithoutOptions() throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process = new ProcessBuilder(java, "-cp", classPath, PrintRefusal.class.getName()).start();
    try (BufferedReader reader = process.inputReader()) {
      return reader.readLine();
    }
  }

  @Test
  void withoutFusedMultiplyAdd() throws IOException, InterruptedException {
    assertEquals(
        "the JVM has no fused multiply-add (UseFMA is off): its emulation would be a thousand times slower;"
            + " remove -XX:-UseFMA, or run on a CPU that has it",
        print(new ChildJvm().option("-XX:-UseFMA")));
  }

  @Test
  void withAnImpossibleWidth() throws IOException, InterruptedException {
    String refusal = print(new ChildJvm().option("-Dciranda.simd.width=384"));
    assertEquals(
        "expected -Dciranda.simd.width to be one of ", refusal.substring(0, refusal.indexOf('[')));
  }
}
