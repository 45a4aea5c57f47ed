package io.ciranda.samples.translate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.kernel.Backend;
import io.ciranda.samples.Typed;
import io.ciranda.text.TextCodec;
import io.ciranda.translation.TranslationModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every option of {@code translate train} is taken, told in the summary, and makes a difference.
 */
class TranslationOptionsTest {
  private static final String TINY =
      "translate train --json --hidden 8 --batch 8 --epochs 2 --threads 1 --schedule constant ";

  @TempDir private Path folder;
  private int runs;

  @BeforeEach
  void writePairs() throws IOException {
    Pairs.write(folder, "train", 60, 1);
    Pairs.write(folder, "valid", 10, 2);
  }

  private record Run(JsonNode summary, List<String> losses, Path model) {}

  private Typed typed(String options, Path model) {
    // The options under test come last; picocli takes each once.
    String base = TINY;
    for (String word : options.split(" ", -1)) {
      if (word.startsWith("--")) {
        base = base.replaceAll(" " + word + " \\S+", "");
      }
    }
    return Typed.words(
        (base + options).strip()
            + " --model "
            + model
            + Pairs.options(folder, "train", "")
            + Pairs.options(folder, "valid", "valid-"));
  }

  private Run train(String options) throws IOException {
    String name = "model" + runs++;
    Path model = folder.resolve(name + ".safetensors");
    JsonNode summary = typed(options, model).json();
    return new Run(summary, Files.readAllLines(folder.resolve(name + ".loss.csv")), model);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          --architecture word-by-word    | architecture=WORD_BY_WORD    | -
          --architecture encoder-decoder | architecture=ENCODER_DECODER | -
          --architecture encoder-decoder --context | refeedsContext=true | --architecture encoder-decoder
          --cell lstm                    | cell=LSTM        | -
          --hidden 12                    | hidden=12        | -
          --embed 4                      | embedding=4      | -
          --layers 2                     | layers=2         | -
          --score general                | score=GENERAL    | -
          --score dot                    | score=DOT        | --score general
          --attention-width 5            | attention=5      | -
          --input-feeding                | inputFeeding=true | -
          --no-tie                       | tied=false       | -
          --dropout 0.5                  | dropout=0.5      | -
          --batch 4                      | batch=4          | -
          --epochs 3                     | epochs=3         | -
          --lr 0.01                      | rate=0.01        | -
          --optimizer sgd                | Sgd[momentum=0.0 | -
          --clip 0.1 --optimizer sgd     | ByNorm[max=0.1]  | --optimizer sgd
          --schedule cosine:5            | Cosine[warmup=5  | -
          --label-smoothing 0.3          | smoothing=0.3    | -
          --scheduled-sampling 0.9       | ownSymbols=0.9   | -
          --max-length 3                 | maxLength=3      | -
          --seed 2                       | seed=2           | -
          --level char                   | -                | -
          --min-count 18                 | -                | -
          --vocabulary 8                 | -                | -
          --level subword --merges 5     | -                | --level char
          """)
  void isTaken(String options, String told, String without) throws IOException {
    Run run = train(options);
    if (told != null) {
      String all = run.summary.get("configuration").asText() + run.summary.get("training").asText();
      assertTrue(all.contains(told), all);
    }
    Run other = train(without == null ? "" : without);
    assertNotEquals(other.losses, run.losses);
  }

  @Test
  void threadsDoNotChangeTheVocabularies() throws IOException {
    Run run = train("--threads 2");
    assertTrue(run.summary.get("training").asText().contains("threads=2"));
    assertEquals(13, run.summary.get("target_vocabulary").asInt());
  }

  @Test
  void patienceEndsARun() throws IOException {
    Run run = train("--epochs 50 --lr 1 --patience 1");
    assertEquals("EARLY_STOPPED", run.summary.get("end").asText());
  }

  @Test
  void vocabulariesAreLimitedAndLowered() throws IOException {
    assertEquals(8, train("--vocabulary 8").summary.get("target_vocabulary").asInt());
    Path names = folder.resolve("train.names");
    Files.writeString(names, Files.readString(names).replace("um", "Um"));
    try (var model = TranslationModel.load(train("").model, Backend.best())) {
      assertTrue(model.target().symbols().contains(TextCodec.BLANK + "Um"));
    }
    try (var model = TranslationModel.load(train("--lowercase").model, Backend.best())) {
      assertTrue(model.target().symbols().contains(TextCodec.BLANK + "um"));
    }
  }

  @Test
  void mergesAreThoseOfOneLanguageOrOfBoth() throws IOException {
    String level = "--level subword --merges 30";
    try (var own = TranslationModel.load(train(level).model, Backend.best());
        var shared =
            TranslationModel.load(train(level + " --shared-merges").model, Backend.best())) {
      assertEquals(
          0,
          own.source().merges().merges().stream().filter(TranslationOptionsTest::isNamed).count());
      assertEquals(shared.source().merges().merges(), shared.target().merges().merges());
    }
  }

  /** Whether it is of the names, not of the figures. */
  private static boolean isNamed(io.ciranda.text.BytePairEncoding.Merge merge) {
    return merge.toString().chars().anyMatch(c -> Character.isLetter(c) && c != 'w');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          --architecture transformer         | architecture: expected word-by-word, encoder-decoder or attention, actual 'transformer'
          --context                          | only an encoder-decoder re-feeds its context, actual attention
          --score cosine                     | '--score': expected one of [ADDITIVE, GENERAL, DOT]
          --architecture encoder-decoder --score dot | --score: only for --architecture attention
          --score dot --attention-width 3    | --attention-width: only for additive scores
          --architecture encoder-decoder --input-feeding | input feeding needs the architecture attention
          --score dot --hidden 9             | dot scores need an even hidden size, actual 9
          --dropout 1                        | dropout: expected in [0, 1), actual 1.0
          --label-smoothing 1                | label smoothing: expected in [0, 1), actual 1.0
          --scheduled-sampling 2             | scheduled sampling: expected in [0, 1], actual 2.0
          --max-length 0                     | maximum length: expected at least 1, actual 0
          --batch 0                          | batch: expected at least 1, actual 0
          --level syllable                   | '--level': expected one of [WORD, CHAR, SUBWORD]
          --merges 10                        | --merges, --shared-merges: only for --level subword, actual --level word
          --level char --shared-merges       | only for --level subword, actual --level char
          --vocabulary 3                     | limit: expected > 3, actual 3
          --min-count 0                      | minCount: expected >= 1, actual 0
          --momentum 0.9                     | --momentum: only sgd and nesterov have it
          --schedule linear                  | --schedule: expected constant, step:N,D
          """)
  void valuesThatMakeNoSenseAreWrongUsage(String options, String message) {
    typed(options, folder.resolve("never")).fails(2, message);
  }

  @Test
  void validationNeedsBothSides() {
    Typed.words(
            "translate train --source a --target b --model m --valid-source",
            folder.resolve("valid.figures"))
        .fails(2, "--valid-source and --valid-target: expected both or none");
  }
}
