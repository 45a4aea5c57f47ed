package io.ciranda.io;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Replaces a file whole or not at all. The content goes into a temporary file in the same folder,
 * is forced to the disk, and then takes the file's place by one rename. Whatever happens before
 * that, the old file is as it was.
 */
public final class AtomicFile {
  private static final String SUFFIX = ".tmp";
  private static final int UUID_LENGTH = 36;
  private static final int MOST_LINKS = 40; // as Linux follows

  /** What is to be written. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything to the channel, from the beginning. */
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Writes a file. Where {@code file} is a symbolic link, what it points to is replaced. One write
   * at a time in a JVM; two processes that write the same file both succeed or fail clearly, and
   * the file is from one of them.
   *
   * @param bytes how many bytes the content has, for the message when they do not fit
   * @throws IOException if it fails: the file, the bytes needed and free, the reason, and advice.
   *     The temporary file is gone then, and the file that was there before is untouched.
   */
  public static synchronized void write(Path file, long bytes, Content content) throws IOException {
    Path target = target(file);
    Path folder = target.getParent();
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException("cannot write %s: it is there and is not a file".formatted(file));
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException(
          "cannot write %s: there is no folder %s; make it first".formatted(file, folder));
    }
    String stem = "." + target.getFileName() + ".";
    Path temporary = folder.resolve(stem + UUID.randomUUID() + SUFFIX);
    try {
      removeOrphans(folder, stem);
      try (var channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        markAlive(channel);
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      discard(temporary, e);
      throw explained(file, folder, bytes, e);
    } catch (RuntimeException | Error e) {
      discard(temporary, e);
      throw e;
    }
    forceFolder(folder);
  }

  /** Where a link leads, whether a file is there yet or not. */
  private static Path target(Path file) throws IOException {
    Path target = file.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == MOST_LINKS) {
        throw new IOException("cannot write %s: its links lead in a circle".formatted(file));
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return Files.exists(target) ? target.toRealPath() : target;
  }

  private static void discard(Path temporary, Throwable reason) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /** The lock ends with the process, however that ends: {@link #removeOrphans} looks for it. */
  private static void markAlive(FileChannel channel) {
    try {
      var unused = channel.tryLock();
    } catch (IOException e) {
      // Some network file systems have no locks. Then a second process that writes this very file
      // at this very moment may take this one for an orphan, and the rename fails clearly.
    }
  }

  /** Temporary files of processes that were killed while they wrote. */
  private static void removeOrphans(Path folder, String stem) {
    try (var files =
        Files.newDirectoryStream(
            folder,
            path -> {
              String name = path.getFileName().toString();
              return name.startsWith(stem)
                  && name.length() == stem.length() + UUID_LENGTH + SUFFIX.length()
                  && name.endsWith(SUFFIX);
            })) {
      for (Path path : files) {
        boolean orphan;
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE);
            var lock = channel.tryLock()) {
          orphan = lock != null;
        } catch (IOException | OverlappingFileLockException e) {
          orphan = false;
        }
        if (orphan) {
          Files.deleteIfExists(path);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // A folder that may be written but not listed: no reason not to save.
    }
  }

  /** Makes the rename itself survive a power cut. */
  private static void forceFolder(Path folder) {
    try (var channel = FileChannel.open(folder)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows opens no folders and needs none forced. Elsewhere the new file is complete and in
      // place already: reporting a failure would be wrong.
    }
  }

  private static IOException explained(Path file, Path folder, long bytes, IOException e) {
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    if (e instanceof FileSystemException fs) {
      reason = fs.getReason() == null ? fs.getClass().getSimpleName() : fs.getReason();
    }
    String free;
    String advice = "check the disk, its quota and its limits, or choose another folder";
    try {
      long usable = Files.getFileStore(folder).getUsableSpace();
      free = usable + " free";
      if (usable < bytes) {
        advice = "free %d bytes more or choose another folder".formatted(bytes - usable);
      }
    } catch (IOException unknown) {
      free = "an unknown number free";
    }
    if (e instanceof AccessDeniedException) {
      reason = "permission denied";
      advice = "make the folder %s writable or choose another".formatted(folder);
    } else if (e instanceof ClosedByInterruptException) {
      reason = "the thread was interrupted";
      advice = "write again";
    }
    return new IOException(
        "cannot write %s (%d bytes needed, %s): %s; %s. What was there before is unchanged"
            .formatted(file, bytes, free, reason, advice),
        e);
  }
}
