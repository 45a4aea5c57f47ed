package io.ciranda.blas;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The natives inside {@code org.bytedeco:openblas}, unpacked once into a per-user cache.
 *
 * <p>A cached file is used only if its SHA-256 is that of the class path's copy, which is read anew
 * each time: it takes 0.3 s, and nothing in the cache has to be trusted. A file appears under its
 * name by one atomic rename, so that JVMs that start together see no half-written file, and the
 * last of them to rename replaces equal content.
 *
 * @param resources where the natives are looked up
 * @param classifier platform in bytedeco's spelling, such as {@code linux-x86_64}
 * @param names files in the order of loading, OpenBLAS itself last; of the others only those that
 *     exist are needed
 * @param cache folder to unpack below; empty if the user has none
 */
record BundledLibrary(
    ClassLoader resources, String classifier, List<String> names, Optional<Path> cache) {

  /** The natives on this module's class path for this JVM's platform. */
  static BundledLibrary ofClassPath() {
    Platform platform = Platform.current();
    return new BundledLibrary(
        BundledLibrary.class.getClassLoader(),
        platform.classifier(System.getProperty("os.arch")),
        platform.bundledNames(),
        platform.cacheFolder(System::getProperty, System::getenv));
  }

  /** How messages call this source. */
  String name() {
    return "bundled org.bytedeco:openblas:" + classifier;
  }

  /**
   * Unpacks what is missing or damaged.
   *
   * @return the files in the order of loading
   * @throws IOException if the class path has no natives for this platform, or the cache cannot be
   *     written
   */
  List<Path> unpack() throws IOException {
    String library = names.getLast();
    if (resources.getResource(resource(library)) == null) {
      throw new FileNotFoundException("no " + resource(library) + " on the class path");
    }
    Path root =
        cache.orElseThrow(
            () ->
                new IOException(
                    "no cache folder, the user has no home: set -D"
                        + BlasLibrary.CACHE_PROPERTY
                        + "=FOLDER"));
    Map<String, String> hashes = new LinkedHashMap<>();
    for (String name : names) {
      if (resources.getResource(resource(name)) != null) {
        hashes.put(name, sha256(resources.getResourceAsStream(resource(name))));
      }
    }
    // One folder per build of OpenBLAS: programs with different versions share a cache.
    String build = hashes.get(library).substring(0, 16);
    Path folder = root.resolve("openblas", classifier + "-" + build);
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, String> file : hashes.entrySet()) {
      files.add(unpack(folder.resolve(file.getKey()), file.getValue()));
    }
    return files;
  }

  private Path unpack(Path file, String sha256) throws IOException {
    if (holds(file, sha256)) {
      return file;
    }
    Path folder = file.getParent();
    String name = file.getFileName().toString();
    Path part = null;
    try {
      Files.createDirectories(folder);
      part = Files.createTempFile(folder, name, ".part");
      try (InputStream in = resources.getResourceAsStream(resource(name))) {
        Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // Windows replaces no file that another JVM has loaded; then that JVM has just written it.
      if (!holds(file, sha256)) {
        throw new IOException(
            "cannot unpack to %s (%s): choose a folder with -D%s=FOLDER"
                .formatted(file, e, BlasLibrary.CACHE_PROPERTY),
            e);
      }
    } finally {
      if (part != null) {
        Files.deleteIfExists(part);
      }
    }
    if (!holds(file, sha256)) {
      throw new IOException(
          "%s: SHA-256 expected %s, actual %s".formatted(file, sha256, sha256(file)));
    }
    return file;
  }

  private String resource(String name) {
    return "org/bytedeco/openblas/" + classifier + "/" + name;
  }

  private static boolean holds(Path file, String sha256) throws IOException {
    return Files.isRegularFile(file) && sha256(file).equals(sha256);
  }

  private static String sha256(Path file) throws IOException {
    return sha256(Files.newInputStream(file));
  }

  private static String sha256(InputStream content) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(content, MessageDigest.getInstance("SHA-256"))) {
      byte[] buffer = new byte[1 << 16];
      while (in.read(buffer) >= 0) {}
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
