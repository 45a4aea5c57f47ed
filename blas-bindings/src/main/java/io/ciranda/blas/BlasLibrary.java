package io.ciranda.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which OpenBLAS this JVM uses, and why: names tried with the reason of each refusal, the file that
 * was loaded, what the library says of itself, and what to type where none was found.
 */
public final class BlasLibrary {
  /**
   * Property that chooses the library: a file or name, {@code system}, {@code bundled} or {@code
   * none}.
   */
  public static final String LIBRARY_PROPERTY = "ciranda.blas.library";

  /** Property with the number of OpenBLAS's own threads, 1 unless set. */
  public static final String THREADS_PROPERTY = "ciranda.blas.threads";

  /** Property with the folder below which bundled natives are unpacked. */
  public static final String CACHE_PROPERTY = "ciranda.cache";

  /** What {@link CBlas} binds: a library that lacks one of these is refused as a whole. */
  private static final List<String> FUNCTIONS =
      List.of(
          "cblas_sgemm",
          "cblas_dgemm",
          "cblas_sgemv",
          "cblas_sger",
          "cblas_saxpy",
          "cblas_sdot",
          "openblas_set_num_threads",
          "openblas_get_num_threads");

  private static final Pattern MAX_THREADS = Pattern.compile("MAX_THREADS=(\\d+)");

  /** Architectures whose callees ignore the upper half of a register that holds a C int. */
  private static final Set<String> PROBED = Set.of("amd64", "x86_64", "aarch64");

  private final String choice;
  private final List<Attempt> attempts;
  private final Optional<Loaded> loaded;

  private BlasLibrary(String choice, List<Attempt> attempts, Optional<Loaded> loaded) {
    this.choice = choice;
    this.attempts = List.copyOf(attempts);
    this.loaded = loaded;
  }

  /**
   * A name that was tried in vain.
   *
   * @param name what was asked for
   * @param refusal why it was not taken
   */
  public record Attempt(String name, String refusal) {}

  /**
   * An accepted library.
   *
   * @param file where its code comes from, as far as the system tells
   * @param config what {@code openblas_get_config} says
   * @param corename the kernels it chose for this CPU
   * @param maxThreads threads it was built for
   * @param threads its own threads at the start
   */
  record Loaded(
      SymbolLookup symbols,
      String file,
      String config,
      String corename,
      int maxThreads,
      int threads) {}

  /** A candidate is not what is needed; the message says why. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String reason) {
      super(reason);
    }
  }

  private static final class Found {
    static final BlasLibrary LIBRARY =
        search(
            System.getProperty(LIBRARY_PROPERTY, ""),
            System.getProperty(THREADS_PROPERTY, "1"),
            Platform.current().systemNames(),
            BundledLibrary.ofClassPath());
  }

  /**
   * The library of this JVM, searched for at the first call. An OpenBLAS that is absent is no
   * exception here: see {@link #isAvailable} and {@link #diagnostics}.
   */
  public static BlasLibrary find() {
    return Found.LIBRARY;
  }

  static BlasLibrary search(
      String choice, String threads, List<String> systemNames, BundledLibrary bundled) {
    List<Attempt> attempts = new ArrayList<>();
    Optional<Loaded> loaded =
        switch (choice) {
          case "" ->
              loadFirst(systemNames, threads, attempts)
                  .or(() -> loadBundled(bundled, threads, attempts));
          case "none" -> Optional.empty();
          case "system" -> loadFirst(systemNames, threads, attempts);
          case "bundled" -> loadBundled(bundled, threads, attempts);
          default -> loadFirst(List.of(choice), threads, attempts);
        };
    return new BlasLibrary(choice, attempts, loaded);
  }

  private static Optional<Loaded> loadFirst(
      List<String> names, String threads, List<Attempt> attempts) {
    for (String name : names) {
      try {
        return Optional.of(inspect(open(name), name, threads));
      } catch (Refused e) {
        attempts.add(new Attempt(name, e.getMessage()));
      }
    }
    return Optional.empty();
  }

  private static Optional<Loaded> loadBundled(
      BundledLibrary bundled, String threads, List<Attempt> attempts) {
    try {
      List<Path> files = bundled.unpack();
      String library = files.getLast().toString();
      for (Path companion : files.subList(0, files.size() - 1)) {
        openCompanion(companion);
      }
      return Optional.of(inspect(open(library), library, threads));
    } catch (IOException | Refused e) {
      attempts.add(new Attempt(bundled.name(), e.getMessage()));
      return Optional.empty();
    }
  }

  /**
   * Loads a runtime library that OpenBLAS needs. Its own search path (RUNPATH) does not reach the
   * needs of its needs, but the loader takes what is loaded already. The system's copy goes first:
   * an older libgcc_s loaded here would be forced on every other native library of the process.
   */
  private static void openCompanion(Path file) throws Refused {
    try {
      open(file.getFileName().toString());
    } catch (Refused absent) {
      open(file.toString());
    }
  }

  private static SymbolLookup open(String name) throws Refused {
    try {
      return SymbolLookup.libraryLookup(name, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new Refused(SystemLoader.refusal(name));
    } catch (IllegalCallerException e) {
      Module module = BlasLibrary.class.getModule();
      throw new Refused(
          e.getMessage()
              + ": start java with --enable-native-access="
              + (module.isNamed() ? module.getName() : "ALL-UNNAMED"));
    }
  }

  /** Decides whether an opened library is an OpenBLAS that {@link CBlas} may call. */
  static Loaded inspect(SymbolLookup symbols, String name, String threads) throws Refused {
    String config = text(symbols, "openblas_get_config");
    if (config.contains("USE64BITINT")) {
      throw ilp64("openblas_get_config says " + config);
    }
    for (String function : FUNCTIONS) {
      if (symbols.find(function).isEmpty()) {
        throw new Refused("it has no function " + function + "; its configuration: " + config);
      }
    }
    probeIntegerWidth(symbols);
    int maxThreads = maxThreads(config);
    return new Loaded(
        symbols,
        SystemLoader.fileOf(symbols.findOrThrow("cblas_sgemm")).orElse(name),
        config,
        text(symbols, "openblas_get_corename"),
        maxThreads,
        threads(threads, maxThreads));
  }

  private static String text(SymbolLookup symbols, String function) throws Refused {
    // char *openblas_get_config(void); char *openblas_get_corename(void);
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(
                symbols
                    .find(function)
                    .orElseThrow(
                        () -> new Refused("it has no function " + function + ": not OpenBLAS")),
                FunctionDescriptor.of(ADDRESS));
    try {
      return ((MemorySegment) handle.invokeExact())
          .reinterpret(Long.MAX_VALUE)
          .getString(0)
          .strip();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * The configuration is only what a library says. This asks it: n = 0xFFFFFFFF_00000001 is 1 to a
   * callee that reads 32 bits, and negative, "nothing to do", to one that reads 64.
   */
  private static void probeIntegerWidth(SymbolLookup symbols) throws Refused {
    if (!PROBED.contains(System.getProperty("os.arch"))) {
      return;
    }
    MethodHandle sdot =
        Linker.nativeLinker()
            .downcallHandle(
                symbols.findOrThrow("cblas_sdot"),
                FunctionDescriptor.of(JAVA_FLOAT, JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));
    float dot;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocateFrom(JAVA_FLOAT, 2f);
      MemorySegment three = arena.allocateFrom(JAVA_FLOAT, 3f);
      dot = (float) sdot.invokeExact(0xFFFFFFFF_00000001L, two, 1, three, 1);
    } catch (Throwable e) {
      throw unexpected(e);
    }
    if (dot != 6f) {
      throw ilp64("cblas_sdot of {2} and {3} with a 32-bit length: expected 6.0, actual " + dot);
    }
  }

  private static Refused ilp64(String evidence) {
    return new Refused(
        "it takes 64-bit integers (ILP64), needed is a build with 32-bit ones (LP64): " + evidence);
  }

  /**
   * Threads that the library was built for. A build without threads, or so old that it does not
   * tell, has no lock around its buffers that could be relied on: one.
   */
  private static int maxThreads(String config) {
    Matcher matcher = MAX_THREADS.matcher(config);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 1;
  }

  private static int threads(String wanted, int maxThreads) throws Refused {
    if (wanted.matches("[1-9][0-9]{0,8}") && Integer.parseInt(wanted) <= maxThreads) {
      return Integer.parseInt(wanted);
    }
    throw new Refused(
        "-D%s: expected a number from 1 to %d, actual %s"
            .formatted(THREADS_PROPERTY, maxThreads, wanted));
  }

  /** Whether there is an OpenBLAS to call. */
  public boolean isAvailable() {
    return loaded.isPresent();
  }

  /** Whether the user insisted on a library, so that doing without it is an error. */
  public boolean isForced() {
    return !choice.isEmpty() && !choice.equals("none");
  }

  /** What was tried in vain, in order; may be non-empty although a later name was taken. */
  public List<Attempt> attempts() {
    return attempts;
  }

  /** The file that was loaded, as far as the system tells. */
  public Optional<String> file() {
    return loaded.map(Loaded::file);
  }

  /** What {@code openblas_get_config} said when the library was loaded. */
  public Optional<String> config() {
    return loaded.map(Loaded::config);
  }

  /**
   * What {@code openblas_get_corename} said when the library was loaded: the kernels chosen for
   * this CPU.
   */
  public Optional<String> corename() {
    return loaded.map(Loaded::corename);
  }

  /** One text for people: the choice, the reasons, and what to type for better. */
  public String diagnostics() {
    StringBuilder text = new StringBuilder();
    if (loaded.isPresent()) {
      Loaded l = loaded.get();
      text.append("OpenBLAS: ").append(l.file());
      text.append("\n  configuration: ").append(l.config());
      text.append("\n  kernels: ").append(l.corename());
      text.append("\n  threads at the start: ").append(l.threads());
      text.append("\n  callers at once: ").append(l.maxThreads());
    } else if (choice.equals("none")) {
      text.append("OpenBLAS: switched off by -D" + LIBRARY_PROPERTY + "=none");
    } else {
      text.append("OpenBLAS: not found");
      if (isForced()) {
        text.append(", and -D" + LIBRARY_PROPERTY + "=").append(choice).append(" allows no other");
      }
    }
    for (Attempt attempt : attempts) {
      text.append("\n  tried ").append(attempt.name()).append(": ").append(attempt.refusal());
    }
    if (loaded.isEmpty() && !choice.equals("none")) {
      text.append("\n  to mend it: ")
          .append(Platform.current().remedy(System.getProperty("os.arch")));
    }
    return text.toString();
  }

  IllegalStateException unavailable() {
    return new IllegalStateException(diagnostics());
  }

  SymbolLookup symbols() {
    return loaded.orElseThrow(this::unavailable).symbols();
  }

  /** Threads that OpenBLAS was built for; 0 without a library. */
  int maxThreads() {
    return loaded.map(Loaded::maxThreads).orElse(0);
  }

  /** OpenBLAS's own threads at the start; 0 without a library. */
  int threads() {
    return loaded.map(Loaded::threads).orElse(0);
  }

  /**
   * What a native call throws although C throws nothing: the unchecked exceptions of the call
   * itself, such as that of a segment whose arena is closed.
   */
  static RuntimeException unexpected(Throwable e) {
    return switch (e) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> throw new AssertionError("C threw a checked exception", e);
    };
  }
}
