package io.ciranda.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which library is taken, which is refused, and what is said about it. */
class BlasLibraryTest {
  private static final BundledLibrary BUNDLED = BundledLibrary.ofClassPath();

  /** A platform that the class path has no natives for. */
  private static final BundledLibrary NOTHING_BUNDLED =
      new BundledLibrary(BUNDLED.resources(), "solaris-sparc", BUNDLED.names(), BUNDLED.cache());

  private static final List<String> ABSENT = List.of("libnobody.so.7", "libnobody.so");

  @Test
  void theSystemsLibraryGoesFirst() throws IOException {
    String installed = BUNDLED.unpack().getLast().toString();
    BlasLibrary library =
        BlasLibrary.search("", "1", List.of(ABSENT.getFirst(), installed), NOTHING_BUNDLED);
    assertTrue(library.isAvailable(), library::diagnostics);
    assertEquals(List.of(ABSENT.getFirst()), names(library));
    assertEquals(installed, library.file().orElseThrow());
    assertTrue(
        BlasLibrary.search("system", "1", List.of(installed), NOTHING_BUNDLED).isAvailable());
  }

  @Test
  void theBundledOneIsNext() {
    BlasLibrary library = BlasLibrary.search("", "1", ABSENT, BUNDLED);
    assertTrue(library.isAvailable(), library::diagnostics);
    assertEquals(ABSENT, names(library));
    String text = library.diagnostics();
    assertTrue(text.startsWith("OpenBLAS: " + BUNDLED.cache().orElseThrow()), text);
    assertTrue(text.contains("configuration: " + Blas.config()), text);
    assertTrue(text.contains("tried libnobody.so.7: "), text);
    assertFalse(text.contains("to mend it"), text);
  }

  @Test
  void aForcedChoiceDoesNotFallBack() {
    BlasLibrary system = BlasLibrary.search("system", "1", ABSENT, BUNDLED);
    assertFalse(system.isAvailable());
    assertTrue(system.isForced());
    assertEquals(ABSENT, names(system));

    BlasLibrary bundled = BlasLibrary.search("bundled", "1", ABSENT, NOTHING_BUNDLED);
    assertFalse(bundled.isAvailable());
    assertEquals(List.of("bundled org.bytedeco:openblas:solaris-sparc"), names(bundled));

    BlasLibrary file = BlasLibrary.search("/no/such/file.so", "1", ABSENT, BUNDLED);
    assertFalse(file.isAvailable());
    assertEquals(List.of("/no/such/file.so"), names(file));
    IllegalStateException e = assertThrows(IllegalStateException.class, file::symbols);
    assertEquals(file.diagnostics(), e.getMessage());
    assertTrue(e.getMessage().contains("-Dciranda.blas.library=/no/such/file.so"), e::getMessage);
    assertTrue(e.getMessage().contains("to mend it: "), e::getMessage);
  }

  @Test
  void everyRefusalIsExplained() {
    BlasLibrary library = BlasLibrary.search("", "1", ABSENT, NOTHING_BUNDLED);
    assertFalse(library.isAvailable());
    assertFalse(library.isForced());
    assertEquals(3, library.attempts().size());
    for (BlasLibrary.Attempt attempt : library.attempts()) {
      assertTrue(library.diagnostics().contains(attempt.refusal()), library::diagnostics);
    }
    assertEquals(Optional.empty(), library.file());
    assertTrue(library.diagnostics().contains("org.bytedeco:openblas"), library::diagnostics);
  }

  @Test
  void theLoadersWordsArePassedOn(@TempDir Path folder) throws IOException {
    assumeTrue(Platform.current() == Platform.LINUX, "words of glibc's and musl's loader");
    Path text = Files.writeString(folder.resolve("libtext.so"), "This is no library.");
    BlasLibrary library = BlasLibrary.search(text.toString(), "1", ABSENT, BUNDLED);
    String refusal = library.attempts().getFirst().refusal();
    assertNotEquals("the system's loader does not find or accept it", refusal);
    assertFalse(refusal.startsWith(text.toString()), refusal);
  }

  @Test
  void noneSwitchesOff() {
    BlasLibrary library = BlasLibrary.search("none", "1", ABSENT, BUNDLED);
    assertFalse(library.isAvailable());
    assertFalse(library.isForced());
    assertEquals(List.of(), library.attempts());
    assertEquals("OpenBLAS: switched off by -Dciranda.blas.library=none", library.diagnostics());
  }

  @Test
  void threadsAreCheckedAgainstTheBuild() {
    for (String threads : List.of("0", "-1", "two", "", "1000000", "99999999999")) {
      BlasLibrary library = BlasLibrary.search("bundled", threads, ABSENT, BUNDLED);
      assertFalse(library.isAvailable(), threads);
      assertEquals(
          "-Dciranda.blas.threads: expected a number from 1 to %d, actual %s"
              .formatted(Blas.maxCallers(), threads),
          library.attempts().getFirst().refusal());
    }
    assertEquals(2, BlasLibrary.search("bundled", "2", ABSENT, BUNDLED).threads());
  }

  @Test
  void aLibraryThatIsNoOpenBlas() {
    SymbolLookup other = new Imitation().without("openblas_get_config");
    assertEquals("it has no function openblas_get_config: not OpenBLAS", refusal(other));
  }

  @Test
  void aLibraryThatLacksAFunction() {
    SymbolLookup partial =
        new Imitation().config("OpenBLAS 0.3.31 NO_CBLAS MAX_THREADS=8").without("cblas_sger");
    assertEquals(
        "it has no function cblas_sger; its configuration: OpenBLAS 0.3.31 NO_CBLAS MAX_THREADS=8",
        refusal(partial));
  }

  @Test
  void anIlp64LibraryThatSaysSo() {
    String config = "OpenBLAS 0.3.31 USE64BITINT DYNAMIC_ARCH Haswell MAX_THREADS=8";
    assertEquals(
        "it takes 64-bit integers (ILP64), needed is a build with 32-bit ones (LP64):"
            + " openblas_get_config says "
            + config,
        refusal(new Imitation().config(config)));
  }

  @Test
  void anIlp64LibraryThatDoesNotSaySo() throws ReflectiveOperationException {
    String arch = System.getProperty("os.arch");
    assumeTrue(List.of("amd64", "x86_64", "aarch64").contains(arch), "no probe on " + arch);
    assertEquals(
        "it takes 64-bit integers (ILP64), needed is a build with 32-bit ones (LP64): cblas_sdot of"
            + " {2} and {3} with a 32-bit length: expected 6.0, actual 0.0",
        refusal(new Imitation().ilp64()));
  }

  @Test
  void oneCallerAtATimeWhereABuildHasNoThreads() throws BlasLibrary.Refused {
    SymbolLookup single = new Imitation().config("OpenBLAS 0.3.31 Haswell SINGLE_THREADED");
    assertEquals(1, BlasLibrary.inspect(single, "imitation", "1").maxThreads());
    SymbolLookup many = new Imitation().config("OpenBLAS 0.3.31 Haswell MAX_THREADS=128");
    assertEquals(128, BlasLibrary.inspect(many, "imitation", "1").maxThreads());
  }

  @Test
  void aProgramThatCanDoWithout() throws IOException, InterruptedException {
    ChildJvm.Result off =
        new ChildJvm().property(BlasLibrary.LIBRARY_PROPERTY, "none").run(Multiply.class);
    assertEquals(0, off.exit(), off::toString);
    assertTrue(off.out().contains("doing without"), off::toString);
    assertTrue(off.out().contains("switched off"), off::toString);
  }

  @Test
  void aProgramThatInsists() throws IOException, InterruptedException {
    ChildJvm.Result result =
        new ChildJvm()
            .withoutBundledLibrary()
            .property(BlasLibrary.LIBRARY_PROPERTY, "bundled")
            .run(Multiply.class);
    assertEquals(1, result.exit(), result::toString);
    assertFalse(result.out().contains("doing without"), result::toString);
    assertTrue(
        result.err().contains("java.lang.IllegalStateException: OpenBLAS: not found"),
        result::toString);
    assertTrue(result.err().contains("on the class path"), result::toString);
  }

  @Test
  void aProgramThatMayNotCallNativeCode() throws IOException, InterruptedException {
    ChildJvm.Result result = new ChildJvm().withoutNativeAccess().run(Multiply.class);
    assertEquals(0, result.exit(), result::toString);
    assertTrue(result.out().contains("doing without"), result::toString);
    assertTrue(
        result.out().contains("start java with --enable-native-access=ALL-UNNAMED"),
        result::toString);
  }

  @Test
  void threadsOfTheProperty() throws IOException, InterruptedException {
    ChildJvm.Result result =
        new ChildJvm().property(BlasLibrary.THREADS_PROPERTY, "2").run(Multiply.class);
    assertTrue(result.out().contains("BLAS threads: 2"), result::toString);
    assertTrue(result.out().contains(Multiply.PRODUCT), result::toString);
  }

  private static List<String> names(BlasLibrary library) {
    return library.attempts().stream().map(BlasLibrary.Attempt::name).toList();
  }

  private static String refusal(SymbolLookup symbols) {
    return assertThrows(
            BlasLibrary.Refused.class, () -> BlasLibrary.inspect(symbols, "imitation", "1"))
        .getMessage();
  }

  /**
   * What an ILP64 library makes of the probe: it reads 64 bits of the length, and there is nothing
   * to add up.
   */
  static float sdotOfLongLength(long n, MemorySegment x, long incx, MemorySegment y, long incy) {
    return n <= 0 ? 0f : Float.NaN;
  }

  /** The OpenBLAS of these tests with some functions replaced by Java's. */
  private static final class Imitation implements SymbolLookup {
    private final Map<String, Optional<MemorySegment>> replaced = new HashMap<>();

    @Override
    public Optional<MemorySegment> find(String name) {
      return replaced.getOrDefault(name, BlasLibrary.find().symbols().find(name));
    }

    Imitation without(String name) {
      replaced.put(name, Optional.empty());
      return this;
    }

    Imitation config(String config) {
      MethodHandle text =
          MethodHandles.constant(MemorySegment.class, Arena.global().allocateFrom(config));
      return with("openblas_get_config", text, FunctionDescriptor.of(ADDRESS));
    }

    Imitation ilp64() throws ReflectiveOperationException {
      FunctionDescriptor sdot =
          FunctionDescriptor.of(JAVA_FLOAT, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG);
      MethodType type = sdot.toMethodType();
      return with(
          "cblas_sdot",
          MethodHandles.lookup().findStatic(BlasLibraryTest.class, "sdotOfLongLength", type),
          sdot);
    }

    private Imitation with(String name, MethodHandle code, FunctionDescriptor descriptor) {
      replaced.put(
          name, Optional.of(Linker.nativeLinker().upcallStub(code, descriptor, Arena.global())));
      return this;
    }
  }
}
