package io.ciranda.blas;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A second JVM with the tests' class path: for what happens once per process. */
final class ChildJvm {
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  private final List<String> options = new ArrayList<>();
  private String classPath =
      System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

  ChildJvm() {
    option(NATIVE_ACCESS);
    property(BlasLibrary.CACHE_PROPERTY, System.getProperty(BlasLibrary.CACHE_PROPERTY, ""));
  }

  ChildJvm option(String option) {
    options.add(option);
    return this;
  }

  ChildJvm property(String name, String value) {
    return option("-D" + name + "=" + value);
  }

  ChildJvm withoutNativeAccess() {
    options.remove(NATIVE_ACCESS);
    return option("--illegal-native-access=deny");
  }

  ChildJvm withoutBundledLibrary() {
    classPath =
        Arrays.stream(classPath.split(File.pathSeparator, -1))
            .filter(entry -> !new File(entry).getName().startsWith("openblas-"))
            .collect(Collectors.joining(File.pathSeparator));
    return this;
  }

  Result run(Class<?> main, String... arguments) throws IOException, InterruptedException {
    return start(main, arguments).result();
  }

  Running start(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile("child", ".out");
    Path err = Files.createTempFile("child", ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new Running(process, out, err);
  }

  record Running(Process process, Path out, Path err) {
    Result result() throws IOException, InterruptedException {
      try {
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
          throw new AssertionError(
              "the JVM hangs: " + Files.readString(out) + Files.readString(err));
        }
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        process.destroyForcibly();
        Files.delete(out);
        Files.delete(err);
      }
    }
  }

  record Result(int exit, String out, String err) {}
}
