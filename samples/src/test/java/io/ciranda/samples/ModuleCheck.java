package io.ciranda.samples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jars of the distribution as modules, once they are packed. */
class ModuleCheck {
  @TempDir private Path folder;

  @Test
  void resolves() throws Exception {
    Typed version = ciranda("--version").done();
    assertTrue(version.out().startsWith("ciranda "), version.out());
  }

  /** Jackson, charts, the vector kernels, and a text that no module has. */
  @Test
  void theMainJobRuns() throws Exception {
    Typed demo = ciranda("demo", "--json", "--max-minutes", "0.02", "--out", folder.toString());
    Path results = Path.of(demo.json().get("folder").asText());
    assertTrue(Files.size(results.resolve("model.loss.png")) > 1000);
    demo.says("simd-");
  }

  /** ICU, which reads its own data. */
  @Test
  void translates() throws Exception {
    ciranda("translate", "demo", "--json", "--max-minutes", "0.02", "--out", folder.toString())
        .json();
  }

  private Typed ciranda(String... words) throws Exception {
    return ChildCiranda.asModule(folder).run(List.of(words));
  }
}
