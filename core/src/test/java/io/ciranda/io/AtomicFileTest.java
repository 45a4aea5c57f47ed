package io.ciranda.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ciranda.memory.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The new file whole, or the old file untouched; never anything else in the folder. */
class AtomicFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void anOldFileIsThere() throws IOException {
    file = Files.writeString(folder.resolve("model.safetensors"), "old");
  }

  @Test
  void theNewFileTakesThePlace() throws IOException {
    write(file, "new");
    assertFolderHolds("new");
  }

  @Test
  void aFailureInTheMiddleLeavesTheOldFile() throws IOException {
    var e =
        assertThrows(
            IOException.class,
            () ->
                AtomicFile.write(
                    file,
                    Long.MAX_VALUE,
                    channel -> {
                      channel.write(bytes("half"));
                      throw new IOException("No space left on device");
                    }));
    String message = e.getMessage();
    assertTrue(message.startsWith("cannot write " + file + " (" + Long.MAX_VALUE), message);
    assertTrue(message.contains("No space left on device; free "), message);
    assertFolderHolds("old");
  }

  @Test
  void aMistakeInTheMiddleLeavesTheOldFileAndIsNotDisguised() throws IOException {
    var mistake = new IllegalStateException("use after close");
    var e =
        assertThrows(
            IllegalStateException.class,
            () ->
                AtomicFile.write(
                    file,
                    4,
                    channel -> {
                      channel.write(bytes("half"));
                      throw mistake;
                    }));
    assertSame(mistake, e);
    assertFolderHolds("old");
  }

  /** The kernel refuses the bytes after the first 32 KB: a full disk, without filling one. */
  @Test
  void aWriteThatTheSystemRefusesLeavesTheOldFile() throws Exception {
    Path shell = Path.of("/bin/sh");
    assumeTrue(Files.isExecutable(shell), "no shell to set a limit with");
    Process child =
        new ProcessBuilder(
                shell.toString(),
                "-c",
                "ulimit -f 64; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                SaveOneMegabyte.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), said);
    assertTrue(said.contains("cannot write " + file + " (1048"), said);
    assertTrue(said.contains("What was there before is unchanged"), said);
    assertFolderHolds("old");
  }

  /** Runs where files may not grow beyond a limit, and prints what it is told. */
  static final class SaveOneMegabyte {
    private SaveOneMegabyte() {}

    public static void main(String[] args) {
      try (var tensor = Tensor.allocate(1 << 18)) {
        new SafetensorsWriter().add("w", tensor).write(Path.of(args[0]));
        System.out.println("written");
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void aFolderWithoutPermissionIsNamed() throws IOException {
    assumeTrue(folder.toFile().setWritable(false), "no permissions on this file system");
    try {
      assumeTrue(!Files.isWritable(folder), "the administrator may write everywhere");
      var e = assertThrows(IOException.class, () -> write(file, "new"));
      assertTrue(e.getMessage().contains("make the folder " + folder + " writable"), e.toString());
    } finally {
      assertTrue(folder.toFile().setWritable(true));
    }
    assertFolderHolds("old");
  }

  @Test
  void whatIsNoFileIsNotReplaced() throws IOException {
    var isFolder = assertThrows(IOException.class, () -> write(folder, "new"));
    assertTrue(isFolder.getMessage().contains("is not a file"), isFolder.getMessage());
    var missing = assertThrows(IOException.class, () -> write(folder.resolve("a/b"), "new"));
    assertTrue(
        missing.getMessage().contains("there is no folder " + folder.resolve("a")),
        missing.getMessage());
    assertFolderHolds("old");
  }

  @Test
  void aLinkGoesOnPointing() throws IOException {
    Path link = Files.createDirectory(folder.resolve("links")).resolve("latest");
    Files.createSymbolicLink(link, file);
    write(link, "new");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("new", Files.readString(file));
  }

  @Test
  void aLinkToWhatIsNotThereYetGoesOnPointing() throws IOException {
    Path links = Files.createDirectory(folder.resolve("links"));
    Path link = Files.createSymbolicLink(links.resolve("latest"), Path.of("second"));
    Files.createSymbolicLink(links.resolve("second"), Path.of("../next.safetensors"));
    write(link, "new");
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(Files.isSymbolicLink(links.resolve("second")));
    assertEquals("new", Files.readString(folder.resolve("next.safetensors")));
  }

  @Test
  void linksInACircleAreToldSo() throws IOException {
    Path links = Files.createDirectory(folder.resolve("links"));
    Path link = Files.createSymbolicLink(links.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(links.resolve("b"), Path.of("a"));
    var e = assertThrows(IOException.class, () -> write(link, "new"));
    assertEquals("cannot write %s: its links lead in a circle".formatted(link), e.getMessage());
    assertTrue(Files.isSymbolicLink(link));
  }

  @Test
  void anInterruptIsToldSo() throws IOException {
    Thread.currentThread().interrupt();
    var e = assertThrows(IOException.class, () -> write(file, "new"));
    assertTrue(Thread.interrupted(), "whoever interrupted is still heard");
    assertTrue(
        e.getMessage()
            .endsWith(
                " free): the thread was interrupted; write again. What was there before is unchanged"),
        e.getMessage());
    assertFolderHolds("old");
  }

  @Test
  void aReasonWithoutWordsIsNamed() throws IOException {
    AtomicFile.Content content =
        channel -> {
          throw new EOFException();
        };
    var e = assertThrows(IOException.class, () -> AtomicFile.write(file, 4, content));
    assertTrue(e.getMessage().contains(" free): EOFException; "), e.getMessage());
    assertFolderHolds("old");
  }

  @Test
  void whatAKilledProcessLeftIsRemovedAndWhatALivingOneWritesIsNot() throws IOException {
    Path orphan = Files.writeString(folder.resolve(temporaryName()), "half");
    Path alive = folder.resolve(temporaryName());
    Path stranger = Files.writeString(folder.resolve(".model.safetensors.backup.tmp"), "keep");
    try (var channel =
            FileChannel.open(alive, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = channel.lock()) {
      assertTrue(lock.isValid());
      write(file, "new");
      assertTrue(Files.exists(alive));
    }
    assertTrue(Files.notExists(orphan));
    assertTrue(Files.exists(stranger));
    assertEquals("new", Files.readString(file));
  }

  private static String temporaryName() {
    return ".model.safetensors." + UUID.randomUUID() + ".tmp";
  }

  private static void write(Path file, String text) throws IOException {
    AtomicFile.write(file, text.length(), channel -> channel.write(bytes(text)));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private void assertFolderHolds(String content) throws IOException {
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
    assertEquals(content, Files.readString(file));
  }
}
