package io.ciranda.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.io.SafetensorsWriter;
import io.ciranda.memory.Tensor;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
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

/** The README's examples for a service and for sequences compile and run as they stand there. */
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
    run("In a service", "Example", model);
  }

  @Test
  void theExampleForSequencesRuns() throws IOException, ReflectiveOperationException {
    run("Your own sequences", "Directions", folder.resolve("directions.safetensors"));
  }

  private void run(String section, String name, Path model)
      throws IOException, ReflectiveOperationException {
    Matcher example =
        Pattern.compile("## " + section + ".*?```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("..", "README.md")));
    assertTrue(example.find());
    compile(example.group(1));
    try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      var main = loader.loadClass(name).getDeclaredMethod("main", String[].class);
      main.setAccessible(true);
      assertEquals(null, main.invoke(null, (Object) new String[] {model.toString()}));
    }
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
