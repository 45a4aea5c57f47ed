package io.ciranda.blas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unpacking into the cache: once, completely, and again where a file is damaged. */
class BundledLibraryTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2001-01-01T00:00:00Z"));

  @TempDir Path cache;

  private BundledLibrary bundled() {
    BundledLibrary own = BundledLibrary.ofClassPath();
    return new BundledLibrary(own.resources(), own.classifier(), own.names(), Optional.of(cache));
  }

  @Test
  void unpackedOnce() throws IOException {
    List<Path> files = bundled().unpack();
    assertEquals(bundled().names().getLast(), files.getLast().getFileName().toString());
    for (Path file : files) {
      assertArrayEquals(original(file), Files.readAllBytes(file));
      Files.setLastModifiedTime(file, LONG_AGO);
    }
    assertEquals(files, bundled().unpack());
    for (Path file : files) {
      assertEquals(LONG_AGO, Files.getLastModifiedTime(file), file + " was written again");
    }
    assertEquals(files.size(), filesInCache().size(), () -> filesInCache().toString());
  }

  @Test
  void damageIsRepaired() throws IOException {
    List<Path> files = bundled().unpack();
    Path flipped = files.getLast();
    byte[] content = Files.readAllBytes(flipped);
    content[content.length / 2] ^= 1;
    Files.write(flipped, content);
    Path cut = files.getFirst();
    Files.write(cut, new byte[7]);
    assertEquals(files, bundled().unpack());
    assertArrayEquals(original(flipped), Files.readAllBytes(flipped));
    assertArrayEquals(original(cut), Files.readAllBytes(cut));
  }

  @Test
  void severalJvmsStartOnAnEmptyCache() throws IOException, InterruptedException {
    List<ChildJvm.Running> jvms = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      jvms.add(
          new ChildJvm()
              .property(BlasLibrary.CACHE_PROPERTY, cache.toString())
              .property(BlasLibrary.LIBRARY_PROPERTY, "bundled")
              .start(Multiply.class));
    }
    for (ChildJvm.Running jvm : jvms) {
      ChildJvm.Result result = jvm.result();
      assertEquals(0, result.exit(), result::toString);
      assertTrue(result.out().contains(Multiply.PRODUCT), result::toString);
      assertTrue(result.out().contains(cache.toString()), result::toString);
    }
    List<Path> files = filesInCache();
    assertEquals(bundled().unpack().size(), files.size(), files::toString);
    for (Path file : files) {
      assertArrayEquals(original(file), Files.readAllBytes(file));
    }
  }

  @Test
  void aPlatformWithoutNatives() {
    BundledLibrary own = bundled();
    BundledLibrary other =
        new BundledLibrary(own.resources(), "solaris-sparc", own.names(), own.cache());
    FileNotFoundException e = assertThrows(FileNotFoundException.class, other::unpack);
    assertEquals(
        "no org/bytedeco/openblas/solaris-sparc/" + own.names().getLast() + " on the class path",
        e.getMessage());
  }

  @Test
  void aCacheThatIsAFile() throws IOException {
    Path file = Files.createFile(cache.resolve("occupied"));
    BundledLibrary own = bundled();
    BundledLibrary stuck =
        new BundledLibrary(own.resources(), own.classifier(), own.names(), Optional.of(file));
    IOException e = assertThrows(IOException.class, stuck::unpack);
    assertTrue(e.getMessage().startsWith("cannot unpack to " + file), e::getMessage);
    assertTrue(e.getMessage().contains("-Dciranda.cache=FOLDER"), e::getMessage);
  }

  @Test
  void aUserWithoutHome() {
    BundledLibrary own = bundled();
    BundledLibrary homeless =
        new BundledLibrary(own.resources(), own.classifier(), own.names(), Optional.empty());
    IOException e = assertThrows(IOException.class, homeless::unpack);
    assertTrue(e.getMessage().contains("-Dciranda.cache=FOLDER"), e::getMessage);
  }

  private byte[] original(Path file) throws IOException {
    String resource = "org/bytedeco/openblas/" + bundled().classifier() + "/" + file.getFileName();
    try (InputStream in = bundled().resources().getResourceAsStream(resource)) {
      return in.readAllBytes();
    }
  }

  private List<Path> filesInCache() {
    try (Stream<Path> all = Files.walk(cache)) {
      return all.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
