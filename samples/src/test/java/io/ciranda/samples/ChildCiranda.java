package io.ciranda.samples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code ciranda} in a JVM of its own. */
public final class ChildCiranda {
  private static final long PATIENCE_SECONDS = 120;

  private final Path folder;
  private final List<String> main;
  private final List<String> options = new ArrayList<>(List.of("-Djava.awt.headless=true"));
  private String shell = "";

  /** A JVM with the options of the launcher; what it prints is kept in {@code folder}. */
  public static ChildCiranda asLaunched(Path folder) {
    return bare(folder)
        .option("--enable-native-access=ALL-UNNAMED")
        .option("--add-modules")
        .option("jdk.incubator.vector");
  }

  /** A JVM without options. */
  public static ChildCiranda bare(Path folder) {
    return new ChildCiranda(
        folder, List.of("-cp", System.getProperty("java.class.path"), Ciranda.class.getName()));
  }

  /**
   * A JVM with the distribution's jars as modules; those that no module requires are found on the
   * class path.
   */
  public static ChildCiranda asModule(Path folder) {
    String lib = Path.of("target", "ciranda", "lib").toString();
    String main = "io.ciranda.samples/" + Ciranda.class.getName();
    return new ChildCiranda(
            folder, List.of("-p", lib, "-cp", Path.of(lib, "*").toString(), "-m", main))
        .option("--enable-native-access=io.ciranda.core,io.ciranda.blas");
  }

  private ChildCiranda(Path folder, List<String> main) {
    this.folder = folder;
    this.main = main;
  }

  /** Adds an option of the JVM. */
  public ChildCiranda option(String option) {
    options.add(option);
    return this;
  }

  /** A command that the shell runs first, such as {@code ulimit}. */
  public ChildCiranda after(String command) {
    shell = command;
    return this;
  }

  /** A process that runs. */
  public record Running(Process process, Path out, Path err) {

    /** Waits until standard error has the text. */
    public Running untilItSays(String text) throws IOException, InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!Files.readString(err).contains(text)) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          process.destroyForcibly();
          throw new AssertionError("expected '" + text + "' in: " + Files.readString(err));
        }
        TimeUnit.MILLISECONDS.sleep(5);
      }
      return this;
    }

    /** Sends a signal such as {@code INT}. */
    public Running signal(String name) throws IOException, InterruptedException {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
      return this;
    }

    /** Waits for the end. */
    public Typed end() throws IOException, InterruptedException {
      try {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new AssertionError("it does not end: " + Files.readString(err));
        }
        return new Typed(process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        process.destroyForcibly();
      }
    }
  }

  /** Starts it with the words of a command line. */
  public Running start(List<String> words) throws IOException {
    var java = new ArrayList<String>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(options);
    java.addAll(main);
    java.addAll(words);
    var command = new ArrayList<String>();
    if (!shell.isEmpty()) {
      command.addAll(List.of("sh", "-c", shell + " && exec \"$@\"", "sh"));
    }
    command.addAll(java);
    Path out = Files.createTempFile(folder, "child", ".out");
    Path err = Files.createTempFile(folder, "child", ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new Running(process, out, err);
  }

  /** Runs it to its end. */
  public Typed run(List<String> words) throws IOException, InterruptedException {
    return start(words).end();
  }
}
