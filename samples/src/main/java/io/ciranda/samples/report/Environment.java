package io.ciranda.samples.report;

import io.ciranda.samples.cli.Version;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run ran on; part of its summary, so that it can be repeated.
 *
 * @param ciranda version of this project
 * @param commit that was built; empty where the build was not told
 * @param java version, vendor and virtual machine
 * @param jvmArguments the options of the JVM
 * @param os name, version and architecture
 * @param cpu the processor's name
 * @param processors how many the JVM may use
 */
public record Environment(
    String ciranda,
    String commit,
    String java,
    List<String> jvmArguments,
    String os,
    String cpu,
    int processors) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** Of this process. */
  public static Environment current() {
    return new Environment(
        Version.project(),
        Version.commit(),
        Version.java(),
        ManagementFactory.getRuntimeMXBean().getInputArguments(),
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")),
        cpuName(),
        Runtime.getRuntime().availableProcessors());
  }

  /**
   * The processor's name, as far as the system tells it without starting a program; otherwise its
   * architecture.
   */
  private static String cpuName() {
    return fromLinux()
        .or(() -> Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER"))) // Windows
        .orElse(System.getProperty("os.arch"));
  }

  private static Optional<String> fromLinux() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException noSuchFile) {
      return Optional.empty();
    }
  }
}
