package io.ciranda.blas;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Everything that differs between operating systems. */
enum Platform {
  LINUX("linux"),
  MACOS("macosx"),
  WINDOWS("windows");

  private final String classifierPrefix;

  Platform(String classifierPrefix) {
    this.classifierPrefix = classifierPrefix;
  }

  static Platform current() {
    return of(System.getProperty("os.name"));
  }

  static Platform of(String osName) {
    String name = osName.toLowerCase(Locale.ROOT);
    if (name.startsWith("windows")) {
      return WINDOWS;
    }
    return name.startsWith("mac") ? MACOS : LINUX;
  }

  /** Names to ask the system's loader for, in order. */
  List<String> systemNames() {
    return switch (this) {
      // libopenblasp first: on Fedora's family libopenblas.so.0 is the build without threads, which
      // only one caller at a
      // time may enter.
      case LINUX -> List.of("libopenblasp.so.0", "libopenblas.so.0", "libopenblas.so");
      // Homebrew keeps OpenBLAS outside the loader's path: first Apple silicon's folder, then
      // Intel's.
      case MACOS ->
          List.of(
              "libopenblas.0.dylib",
              "libopenblas.dylib",
              "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
              "/usr/local/opt/openblas/lib/libopenblas.dylib");
      case WINDOWS -> List.of("libopenblas.dll", "openblas.dll");
    };
  }

  /**
   * File names in the bundled jar, in the order of loading: what OpenBLAS needs first, itself last.
   */
  List<String> bundledNames() {
    return switch (this) {
      case LINUX ->
          List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0");
      case MACOS ->
          List.of(
              "libgcc_s.1.1.dylib",
              "libquadmath.0.dylib",
              "libgfortran.5.dylib",
              "libopenblas.0.dylib");
      case WINDOWS -> List.of("libopenblas.dll");
    };
  }

  /** The Maven classifier, and folder, of {@code org.bytedeco:openblas} for this system. */
  String classifier(String arch) {
    return classifierPrefix
        + "-"
        + switch (arch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64" -> "arm64";
          default -> arch;
        };
  }

  /** What a user does to get an OpenBLAS. */
  String remedy(String arch) {
    String installation =
        switch (this) {
          case LINUX ->
              "install it (Debian, Ubuntu: sudo apt install libopenblas0-pthread;"
                  + " Fedora: sudo dnf install openblas-threads)";
          case MACOS -> "install it (brew install openblas)";
          case WINDOWS -> "install it (the folder of libopenblas.dll belongs on the PATH)";
        };
    return installation
        + ", or add org.bytedeco:openblas with classifier "
        + classifier(arch)
        + " to the class path, or name a file: -D"
        + BlasLibrary.LIBRARY_PROPERTY
        + "=/path/to/"
        + bundledNames().getLast();
  }

  /**
   * The folder for unpacked natives: property {@code ciranda.cache}, else {@code ciranda} in the
   * user's cache folder; empty where the user has no home, as in some containers.
   */
  Optional<Path> cacheFolder(UnaryOperator<String> property, UnaryOperator<String> environment) {
    String chosen = property.apply(BlasLibrary.CACHE_PROPERTY);
    if (chosen != null && !chosen.isEmpty()) {
      return Optional.of(Path.of(chosen).toAbsolutePath());
    }
    Optional<Path> home = absolute(property.apply("user.home"));
    Optional<Path> caches =
        switch (this) {
          case LINUX ->
              absolute(environment.apply("XDG_CACHE_HOME"))
                  .or(() -> home.map(h -> h.resolve(".cache")));
          case MACOS -> home.map(h -> h.resolve("Library", "Caches"));
          case WINDOWS ->
              absolute(environment.apply("LOCALAPPDATA"))
                  .or(() -> home.map(h -> h.resolve("AppData", "Local")));
        };
    return caches.map(c -> c.resolve("ciranda"));
  }

  /** Relative folders are no folders: the JDK reports a missing home as "?". */
  private static Optional<Path> absolute(String folder) {
    return Optional.ofNullable(folder).map(Path::of).filter(Path::isAbsolute);
  }
}
