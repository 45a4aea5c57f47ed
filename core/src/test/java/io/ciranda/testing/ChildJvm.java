package io.ciranda.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A second JVM with the options, the properties and the class path of this one. */
public final class ChildJvm {
  private final List<String> options = new ArrayList<>();
  private final List<String> classPath = new ArrayList<>();

  public ChildJvm() {
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            Predicate.not(
                option -> option.startsWith("-javaagent") || option.startsWith("-agentlib")))
        .forEach(options::add);
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("ciranda."))
        .forEach(name -> options.add("-D" + name + "=" + System.getProperty(name)));
    // Surefire's own class path is one jar that names the entries.
    String entries =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    classPath.addAll(Arrays.asList(entries.split(File.pathSeparator, -1)));
  }

  /** Adds an option; later ones win. */
  public ChildJvm option(String option) {
    options.add(option);
    return this;
  }

  /** Adds to the class path. */
  public ChildJvm classPath(Path entry) {
    classPath.add(entry.toString());
    return this;
  }

  /** Takes the folder or jar that holds a class off the class path. */
  public ChildJvm without(Class<?> type) {
    try {
      Path place = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (!classPath.removeIf(entry -> Path.of(entry).toAbsolutePath().equals(place))) {
        throw new AssertionError(place + " is not on the class path " + classPath);
      }
      return this;
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Starts it; its standard output is to be read from the process. */
  public Process start(Path err, Class<?> main, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(err.toFile()).start();
  }

  /** What a JVM printed. */
  public record Result(String out, String err) {
    public List<String> lines() {
      return out.lines().toList();
    }
  }

  /** Runs it to its end, which must be a good one. */
  public Result run(Class<?> main, String... arguments) throws IOException, InterruptedException {
    Path err = Files.createTempFile("child", ".err");
    Process process = start(err, main, arguments);
    try (BufferedReader reader = process.inputReader()) {
      String out = String.join("\n", reader.lines().toList());
      if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new AssertionError("the JVM failed: " + out + "\n" + Files.readString(err));
      }
      return new Result(out, Files.readString(err));
    } finally {
      process.destroyForcibly();
      Files.delete(err);
    }
  }
}
