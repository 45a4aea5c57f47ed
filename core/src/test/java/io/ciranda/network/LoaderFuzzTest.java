package io.ciranda.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.Jazzer;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.ModelFormat;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.kernel.Backend;
import io.ciranda.model.LanguageModel;
import io.ciranda.network.StateDict.Overrides;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceForecaster;
import io.ciranda.sequence.SequenceTagger;
import io.ciranda.sequence.SequenceTranscriber;
import io.ciranda.testing.ChildJvm;
import io.ciranda.translation.TranslationModel;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Jazzer makes files of the golden ones, those that reach new code of the loaders above all.
 * Whatever the bytes, the answer is a network, a model, or one {@link ModelFileException}: no other
 * exception, no hang, no more memory than a small heap has, no end of the JVM.
 *
 * <p>{@code target/fuzz} keeps the log, the files that reached something new, which the next run
 * starts from, and a file that failed. A million files of each format:
 *
 * <pre>
 * mvn -q verify -pl blas-bindings,core -Dtest=LoaderFuzzTest -Dciranda.fuzz.runs=1000000 \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class LoaderFuzzTest {
  private static final int RUNS = Integer.getInteger("ciranda.fuzz.runs", 1_000);
  private static final Pattern OUTCOMES = Pattern.compile("(\\d+) read, (\\d+) refused");

  @Test
  void onnx() throws IOException, InterruptedException, URISyntaxException {
    fuzz(Onnx.class, "/onnx");
  }

  @Test
  void safetensors() throws IOException, InterruptedException, URISyntaxException {
    fuzz(Safetensors.class, "/statedict", "/golden");
  }

  @Test
  void modelsOfThisLibrary() throws IOException, InterruptedException, URISyntaxException {
    fuzz(Models.class, "/formats");
  }

  private static void fuzz(Class<?> target, String... seeds)
      throws IOException, InterruptedException, URISyntaxException {
    Path folder = Path.of("target", "fuzz", target.getSimpleName());
    Path corpus = Files.createDirectories(folder.resolve("corpus"));
    Path log = folder.resolve("log.txt");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--target_class=" + target.getName(),
                "--instrumentation_includes=io.ciranda.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-runs=" + RUNS,
                "-seed=20261123",
                "-timeout=30", // a loader takes a millisecond; a busy machine stops for seconds
                "-rss_limit_mb=1024",
                corpus.toString()));
    for (String seed : seeds) {
      arguments.add(Path.of(LoaderFuzzTest.class.getResource(seed).toURI()).toString());
    }
    Process process =
        new ChildJvm()
            .option("-Xmx256m")
            .option("-XX:+EnableDynamicAgentLoading")
            .start(log, Jazzer.class, arguments.toArray(String[]::new));
    try {
      process.getInputStream().transferTo(System.out);
      assertEquals(0, process.waitFor(), () -> log.toAbsolutePath() + ":\n" + text(log));
    } finally {
      process.destroyForcibly();
    }
    Matcher outcomes = OUTCOMES.matcher(text(log));
    assertTrue(outcomes.find(), () -> text(log));
    // Both have been seen, or the test has tested nothing.
    assertTrue(Long.parseLong(outcomes.group(1)) > 20, outcomes.group());
    assertTrue(Long.parseLong(outcomes.group(2)) > 20, outcomes.group());
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** What all targets do, in Jazzer's JVM. */
  private static final class Loader {
    /** Reads a file and closes what was read. */
    interface Reading {
      void of(Path file) throws IOException;
    }

    private final Path file;
    private final Reading reading;
    private long read;
    private long refused;

    Loader(String name, Reading reading) {
      this.reading = reading;
      try {
        file = Files.createTempDirectory("fuzz").resolve(name);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    void load(byte[] bytes) throws IOException {
      Files.write(file, bytes);
      try {
        reading.of(file);
        read++;
      } catch (ModelFileException e) {
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        refused++;
      }
    }

    /** The log has the speed. */
    void end() {
      System.err.printf("%d read, %d refused%n", read, refused);
    }
  }

  /** For Jazzer. */
  public static final class Onnx {
    private static final Loader LOADER =
        new Loader("hostile.onnx", file -> OnnxFile.read(file).close());

    private Onnx() {}

    /** One of the golden files has a file of weights beside it. */
    public static void fuzzerInitialize() throws IOException, URISyntaxException {
      Path golden = Path.of(LoaderFuzzTest.class.getResource("/onnx").toURI());
      String beside = "dynamo-gru-external.onnx.data";
      Files.copy(golden.resolve(beside), LOADER.file.resolveSibling(beside));
    }

    public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
      LOADER.load(bytes);
    }

    public static void fuzzerTearDown() {
      LOADER.end();
    }
  }

  /** For Jazzer. */
  public static final class Safetensors {
    private static final Loader LOADER = new Loader("hostile.safetensors", Safetensors::read);

    private Safetensors() {}

    private static void read(Path file) throws IOException {
      try (var in = SafetensorsFile.open(file)) {
        for (String name : in.names()) {
          switch (in.dtype(name)) {
            case F32, F64, F16, BF16 -> in.load(name).close();
            case I32, I64 -> in.loadLongs(name);
            default -> {}
          }
        }
        StateDict.infer(in, Overrides.NONE).load().close();
      }
    }

    public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
      LOADER.load(bytes);
    }

    public static void fuzzerTearDown() {
      LOADER.end();
    }
  }

  /** For Jazzer. */
  public static final class Models {
    private static final Loader LOADER = new Loader("hostile.safetensors", Models::read);

    private Models() {}

    private static void read(Path file) throws IOException {
      switch (kind(file)) {
        case "language-model" -> LanguageModel.load(file, Backend.best()).close();
        case "translation-model" -> TranslationModel.load(file, Backend.best()).close();
        case "sequence-tagger" -> SequenceTagger.load(file).close();
        case "sequence-transcriber" -> SequenceTranscriber.load(file).close();
        case "sequence-forecaster" -> SequenceForecaster.load(file).close();
        default -> SequenceClassifier.load(file).close();
      }
    }

    private static String kind(Path file) throws IOException {
      try (var in = SafetensorsFile.open(file)) {
        return ModelFormat.kind(in);
      }
    }

    public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
      LOADER.load(bytes);
    }

    public static void fuzzerTearDown() {
      LOADER.end();
    }
  }
}
