package io.ciranda.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.memory.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the documentation compile and run as they stand there. */
class ReadmeTest {
  @TempDir private Path folder;

  @Test
  void theExampleForAServiceRuns() throws IOException, ReflectiveOperationException {
    Path model = folder.resolve("lstm.safetensors");
    try (Tensor ih = Tensor.allocate(16, 3);
        Tensor hh = Tensor.allocate(16, 4)) {
      var writer = new SafetensorsWriter();
      writer.add("weight_ih_l0", ih).add("weight_hh_l0", hh).write(model);
    }
    run("README.md", "In a service", "Example", model);
  }

  @Test
  void theExampleForSequencesRuns() throws IOException, ReflectiveOperationException {
    run("README.md", "Your own sequences", "Directions", folder.resolve("directions.safetensors"));
  }

  @Test
  void theNetworkOfOnesOwnLearns() throws IOException, ReflectiveOperationException {
    Path model = folder.resolve("wear.safetensors");
    String printed = run("samples/CUSTOM_MODEL.md", "The network", "Wear", model);
    Matcher error = Pattern.compile("off by (\\S+) hours.*\\s+").matcher(printed);
    assertTrue(error.matches(), printed);
    assertTrue(Double.parseDouble(error.group(1)) < 0.47 / 8, printed);
    try (var file = SafetensorsFile.open(model)) {
      assertTrue(
          file.names().containsAll(List.of("rnn.weight_hh_l0", "type.weight", "hidden.bias")));
    }
  }

  /**
   * Compiles the first example of a section, a class with a main method, and runs it.
   *
   * @return what it printed
   */
  private String run(String page, String section, String name, Path model)
      throws IOException, ReflectiveOperationException {
    Matcher example =
        Pattern.compile("## " + section + ".*?```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("..", page)));
    assertTrue(example.find());
    compile(example.group(1));
    var printed = new ByteArrayOutputStream();
    PrintStream usual = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      var main = loader.loadClass(name).getDeclaredMethod("main", String[].class);
      main.setAccessible(true);
      assertEquals(null, main.invoke(null, (Object) new String[] {model.toString()}));
    } finally {
      System.setOut(usual);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  private void compile(String source) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var file =
        new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    List<String> options =
        List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"));
    assertTrue(compiler.getTask(null, null, null, options, null, List.of(file)).call());
  }
}
