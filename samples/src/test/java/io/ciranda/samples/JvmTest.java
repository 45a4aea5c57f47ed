package io.ciranda.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JVMs that lack something: what is said, once, and what works all the same. */
class JvmTest {
  private static final String NO_VECTOR_MODULE =
      "no simd kernels, slower scalar ones run: the module jdk.incubator.vector is not there: add"
          + " --add-modules jdk.incubator.vector to the java command";

  @TempDir private Path folder;
  private List<String> train;

  @BeforeEach
  void writeText() throws IOException {
    Path text = Files.writeString(folder.resolve("text.txt"), Texts.lines(60, 1));
    String words =
        "lm train --hidden 8 --layers 1 --batch 4 --epochs 2 --text %s --model %s"
            .formatted(text, folder.resolve("model.safetensors"));
    train = List.of(words.split(" ", -1));
  }

  private static void assertSaysOnce(String message, Typed typed) {
    assertEquals(
        2, typed.err().split(java.util.regex.Pattern.quote(message), -1).length, typed.err());
  }

  @Test
  void withoutTheVectorModule() throws Exception {
    Typed trained = ChildCiranda.bare(folder).run(train).done();
    assertSaysOnce(NO_VECTOR_MODULE, trained);
    assertSaysOnce("--add-modules", trained);
    trained.says("scalar kernels, ");
    assertTrue(trained.out().contains("held-out text"), trained.out());
  }

  @Test
  void withoutOpenBlas() throws Exception {
    Typed trained =
        ChildCiranda.asLaunched(folder).option("-Dciranda.blas.library=none").run(train).done();
    assertSaysOnce("no OpenBLAS, its products run on simd-", trained);
    assertSaysOnce("switched off by -Dciranda.blas.library=none", trained);
    trained.says(" kernels, no OpenBLAS");
  }

  @Test
  void forcedKernelsThatAreNotThere() throws Exception {
    Typed refused = ChildCiranda.bare(folder).option("-Dciranda.kernels=simd").run(train);
    refused.fails(
        1,
        "-Dciranda.kernels=simd: the module jdk.incubator.vector is not there: add --add-modules jdk.incubator.vector");
    assertTrue(Files.notExists(folder.resolve("model.safetensors")));
    ChildCiranda.asLaunched(folder)
        .option("-Dciranda.kernels=gpu")
        .run(train)
        .fails(1, "-Dciranda.kernels=gpu: expected auto, scalar, or a provider");
  }

  @Test
  void forcedKernelsThatAreThere() throws Exception {
    ChildCiranda.asLaunched(folder)
        .option("-Dciranda.kernels=scalar")
        .run(train)
        .done()
        .says("scalar kernels, ");
  }

  @Test
  void aDoctorForAHealthyJvm() {
    Typed doctor = Typed.ciranda("doctor").done();
    for (String line :
        new String[] {"JDK  ", "CPU  ", "kernels  ", "products  ", "BLAS  ", "advice  "}) {
      assertTrue(doctor.out().contains(line), doctor.out());
    }
    assertTrue(doctor.out().contains(Runtime.version().toString()), doctor.out());
    JsonNode report = Typed.ciranda("doctor", "--json").json();
    assertTrue(report.get("kernels").asText().matches("simd-(128|256|512)"), report.toString());
    assertTrue(doctor.out().contains(report.get("kernels").asText()), doctor.out());
    assertEquals(report.get("blas").asBoolean(), report.get("advice").isEmpty(), report.toString());
  }

  @Test
  void aDoctorForAJvmThatLacksEverything() throws Exception {
    Typed doctor =
        ChildCiranda.bare(folder)
            .option("-Dciranda.blas.library=none")
            .run(List.of("doctor"))
            .done();
    assertTrue(doctor.out().contains("kernels   scalar"), doctor.out());
    assertTrue(doctor.out().contains("products  no OpenBLAS"), doctor.out());
    assertTrue(doctor.out().contains("switched off by -Dciranda.blas.library=none"), doctor.out());
    assertTrue(doctor.out().contains("advice    " + NO_VECTOR_MODULE), doctor.out());
    assertTrue(doctor.out().contains("advice    no OpenBLAS"), doctor.out());
  }
}
