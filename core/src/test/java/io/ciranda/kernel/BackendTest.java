package io.ciranda.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who does the arithmetic, for each reason there is to choose otherwise. */
class BackendTest {
  @TempDir Path folder;

  @Test
  void scalarIsScalarWhateverElseIsThere() {
    Backend backend = Backend.choose("scalar");
    assertInstanceOf(ScalarKernels.class, backend.kernels());
    assertTrue(backend.toString().startsWith("scalar kernels, "), backend.toString());
  }

  @Test
  void anUnknownNameIsAnErrorThatSaysWhatThereIs() {
    var e = assertThrows(IllegalStateException.class, () -> Backend.choose("gpu"));
    assertEquals(
        "-Dciranda.kernels=gpu: expected auto, scalar, or a provider on the class path (simd comes with io.ciranda:simd)",
        e.getMessage());
  }

  @Test
  void autoTakesTheFirstProviderThatDoesNotRefuse() {
    String expected =
        ServiceLoader.load(KernelProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(p -> p.refusal().isEmpty())
            .map(p -> p.kernels().name())
            .findFirst()
            .orElse("scalar");
    assertEquals(expected, Backend.choose("auto").kernels().name());
  }

  @Test
  void theBestIsChosenOnce() {
    assertEquals(Backend.best(), Backend.best());
  }

  // ---- in JVMs with other providers on the path ----

  /** Prints the kernels chosen and the advice, or the error. */
  public static final class PrintBest {
    private PrintBest() {}

    /** Run by the tests in a JVM of its own. */
    public static void main(String[] args) {
      try {
        Backend best = Backend.best();
        System.out.println(best.kernels().name());
        best.advice().forEach(System.out::println);
      } catch (IllegalStateException | ExceptionInInitializerError e) {
        System.out.println(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
      }
    }
  }

  /** Kernels that cannot run. */
  public static final class Refusing implements KernelProvider {
    @Override
    public String name() {
      return "refusing";
    }

    @Override
    public Optional<String> refusal() {
      return Optional.of("type --please");
    }

    @Override
    public Kernels kernels() {
      throw new AssertionError("asked for kernels after a refusal");
    }
  }

  private ChildJvm withoutProviders() {
    var jvm = new ChildJvm();
    ServiceLoader.load(KernelProvider.class).stream().forEach(p -> jvm.without(p.type()));
    return jvm;
  }

  private ChildJvm withRefusingProvider() throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(KernelProvider.class.getName()), Refusing.class.getName());
    return withoutProviders().classPath(folder);
  }

  @Test
  void autoFallsBackToScalarWhereThereIsNoProvider() throws Exception {
    assertEquals("scalar", withoutProviders().run(PrintBest.class).lines().getFirst());
  }

  @Test
  void forcedKernelsThatAreNotThereAreAnError() throws Exception {
    String printed = withoutProviders().option("-Dciranda.kernels=simd").run(PrintBest.class).out();
    assertTrue(printed.startsWith("-Dciranda.kernels=simd: expected auto, scalar, or"), printed);
  }

  @Test
  void autoFallsBackToScalarWhereAProviderRefusesAndSaysWhatToType() throws Exception {
    ChildJvm.Result result = withRefusingProvider().run(PrintBest.class);
    String advice = "no refusing kernels, slower scalar ones run: type --please";
    assertEquals("scalar", result.lines().getFirst());
    assertTrue(result.lines().contains(advice), result.out());
    assertTrue(result.err().contains(advice), "logged as well: " + result.err());
  }

  @Test
  void forcedKernelsThatRefuseAreAnErrorThatSaysWhatToType() throws Exception {
    String printed =
        withRefusingProvider().option("-Dciranda.kernels=refusing").run(PrintBest.class).out();
    assertEquals("-Dciranda.kernels=refusing: type --please", printed.strip());
  }
}
