package io.ciranda.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shell script of the distribution, with JDKs that are scripts themselves: they print their
 * folder and their arguments. The usual folders are moved below the temporary folder, so that no
 * JDK of this machine is found.
 */
class LauncherTest {
  private static final Path SCRIPT = Path.of("src/main/dist/bin/ciranda");

  @TempDir private Path root;

  private Path launcher;
  private final Map<String, String> environment = new HashMap<>();

  private record Outcome(int exitCode, List<String> out, String err) {}

  @BeforeEach
  void installBelowRoot() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no /bin/sh");
    launcher = root.resolve("some folder/ciranda/bin/ciranda");
    String script = Files.readString(SCRIPT);
    for (String folder :
        List.of(
            "/usr/lib/jvm",
            "/usr/lib64/jvm",
            "/usr/java",
            "/usr/local/java",
            "/opt",
            "/Library",
            "/usr/libexec")) {
      script = script.replaceAll("(?<=[\" \\n])" + folder + "(?=/)", root + folder);
    }
    executable(launcher, script);
    environment.put("HOME", root.resolve("home").toString());
    // The programs that the script needs, and no java.
    Path tools = root.resolve("tools");
    for (String tool : List.of("dirname", "readlink", "sed", "head", "grep")) {
      executable(
          tools.resolve(tool), "#!/bin/sh\nPATH=/usr/bin:/bin exec %s \"$@\"\n".formatted(tool));
    }
    environment.put("PATH", tools.toString());
  }

  @Test
  void javaHomeComesFirst() throws Exception {
    Path home = jdk("a/jdk-25", "25.0.3");
    onPath(jdk("b/jdk-26", "26"));
    environment.put("JAVA_HOME", home.toString());
    assertEquals(home.toString(), start().out.getFirst());
  }

  @Test
  void anOldJavaHomeIsPassedOver() throws Exception {
    environment.put("JAVA_HOME", jdk("a/jdk-17", "17.0.15").toString());
    Path newer = jdk("b/jdk-26", "26");
    onPath(newer);
    assertEquals(newer.toString(), start().out.getFirst());
  }

  @Test
  void usualFoldersAreSearched() throws Exception {
    jdk("usr/lib/jvm/java-17", "17.0.15");
    Path there = jdk("usr/lib/jvm/temurin-25", "25.0.3");
    onPath(jdk("b/jdk-21", "21.0.1"));
    assertEquals(there.toString(), start().out.getFirst());
  }

  @Test
  void foldersOfTheUserAreSearched() throws Exception {
    Path there = jdk("home/.sdkman/candidates/java/25-tem", "25");
    assertEquals(there.toString(), start().out.getFirst());
  }

  @Test
  void whereThereIsNoneItSaysWhatWasLookedAt() throws Exception {
    Path old = jdk("a/jdk-17", "17.0.15");
    environment.put("JAVA_HOME", old.toString());
    Outcome outcome = start();
    assertEquals(1, outcome.exitCode);
    assertEquals(List.of(), outcome.out);
    assertTrue(outcome.err.startsWith("ciranda: no Java 25 or newer found."), outcome.err);
    assertTrue(outcome.err.contains("JAVA_HOME: " + old + " is Java 17.0.15"), outcome.err);
    assertTrue(outcome.err.contains("java on the path: none"), outcome.err);
    assertTrue(outcome.err.contains("Install a JDK 25"), outcome.err);
  }

  @Test
  void aWrongJavaHomeIsTold() throws Exception {
    environment.put("JAVA_HOME", root.resolve("nowhere").toString());
    assertTrue(start().err.contains("nowhere has no bin/java"));
  }

  @Test
  void argumentsArriveAsTheyAre() throws Exception {
    environment.put("JAVA_HOME", jdk("a/jdk-25", "25.0.3").toString());
    environment.put("CIRANDA_OPTS", "-Xmx8g -Dx=y");
    List<String> out = start("lm", "sample", "--prompt", "two words  and *", "").out;
    assertEquals(
        List.of("lm", "sample", "--prompt", "two words  and *", ""),
        out.subList(out.size() - 5, out.size()));
    assertTrue(
        out.containsAll(
            List.of(
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx8g",
                "-Dx=y")),
        out.toString());
    assertEquals(launcher.getParent() + "/../lib/*", out.get(out.indexOf("-cp") + 1));
  }

  @Test
  void worksThroughASymbolicLink() throws Exception {
    environment.put("JAVA_HOME", jdk("a/jdk-25", "25.0.3").toString());
    Path lib = launcher.getParent();
    Path first = Files.createSymbolicLink(launcher.resolveSibling("alias"), Path.of("ciranda"));
    launcher = Files.createSymbolicLink(root.resolve("link"), first);
    List<String> out = start().out;
    assertEquals(lib + "/../lib/*", out.get(out.indexOf("-cp") + 1));
  }

  @Test
  void aJavaOnThePathMayBeALink() throws Exception {
    Path there = jdk("b/jdk-25", "25.0.3");
    Path bin = Files.createDirectories(root.resolve("linked"));
    Files.createSymbolicLink(bin.resolve("java"), there.resolve("bin/java"));
    environment.merge("PATH", bin + ":", (path, added) -> added + path);
    assertEquals(there.toString(), start().out.getFirst());
  }

  @Test
  void withoutTheVectorModuleItIsNotAskedFor() throws Exception {
    Path home = jdk("a/jdk-25", "25.0.3");
    Files.writeString(
        home.resolve("release"), "JAVA_VERSION=\"25.0.3\"\nMODULES=\"java.base java.desktop\"\n");
    environment.put("JAVA_HOME", home.toString());
    assertFalse(start().out.contains("--add-modules"));
  }

  @Test
  void aJavaWithoutAReleaseFileIsAsked() throws Exception {
    Path home = jdk("a/jdk-25", "25.0.3");
    Files.delete(home.resolve("release"));
    environment.put("JAVA_HOME", home.toString());
    assertEquals(home.toString(), start().out.getFirst());
  }

  /** A JDK that prints its folder and then its arguments, one a line. */
  private Path jdk(String folder, String version) throws IOException {
    Path home = root.resolve(folder);
    executable(
        home.resolve("bin/java"),
        """
        #!/bin/sh
        if [ "$1" = -version ]; then
          echo 'openjdk version "%s" 2026-01-01' >&2
          exit
        fi
        echo '%s'
        printf '%%s\\n' "$@"
        """
            .formatted(version, home));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private void onPath(Path home) {
    environment.merge("PATH", home.resolve("bin") + ":", (path, added) -> added + path);
  }

  private static void executable(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Outcome start(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    Path err = root.resolve("err");
    var builder = new ProcessBuilder(command).directory(root.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), out.lines().toList(), Files.readString(err));
  }
}
