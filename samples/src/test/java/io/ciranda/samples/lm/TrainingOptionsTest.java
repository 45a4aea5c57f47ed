package io.ciranda.samples.lm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.Texts;
import io.ciranda.samples.Typed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every option of {@code lm train} is taken, told in the summary, and makes a difference. */
class TrainingOptionsTest {
  private static final String TINY =
      "lm train --json --hidden 8 --layers 1 --batch 4 --bptt 16 --epochs 2 --threads 1 ";

  @TempDir private Path folder;
  private Path text;
  private int runs;

  @BeforeEach
  void writeText() throws IOException {
    text = Files.writeString(folder.resolve("text.txt"), Texts.lines(60, 1));
  }

  private record Run(JsonNode summary, List<String> losses) {}

  private Run train(String options) throws IOException {
    String name = "model" + runs++;
    Path model = folder.resolve(name + ".safetensors");
    // The options under test come last; picocli takes each once.
    String base = TINY;
    for (String word : options.split(" ", -1)) {
      if (word.startsWith("--")) {
        base = base.replaceAll(" " + word + " \\S+", "");
      }
    }
    JsonNode summary = Typed.words(base + options, "--text", text, "--model", model).json();
    return new Run(summary, Files.readAllLines(folder.resolve(name + ".loss.csv")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          --cell rnn                           | cell=RNN,              | -
          --cell rnn-relu                      | cell=RNN_RELU,         | --cell rnn
          --cell gru                           | cell=GRU,              | -
          --hidden 12                          | hidden=12              | -
          --layers 2                           | layers=2               | -
          --embed 4                            | embedding=4            | -
          --tie                                | tied=true              | -
          --dropout 0.5                        | dropout=0.5            | -
          --weight-dropout 0.3                 | weightDropout=0.3      | -
          --average 0.9                        | average=0.9            | -
          --init-range 0.05                    | -                      | -
          --batch 8                            | batch=8                | -
          --bptt 8                             | steps=8                | -
          --epochs 3                           | epochs=3               | -
          --seed 2                             | seed=2                 | -
          --lr 0.01                            | rate=0.01              | -
          --optimizer sgd                      | Sgd[momentum=0.0       | -
          --optimizer sgd --momentum 0.5       | momentum=0.5           | --optimizer sgd --lr 0.1
          --optimizer nesterov                 | nesterov=true          | --optimizer sgd --momentum 0.9
          --optimizer rmsprop                  | RmsProp[               | -
          --optimizer adagrad                  | Adagrad[               | -
          --optimizer adadelta                 | Adadelta[              | -
          --optimizer adam --weight-decay 0.1  | decay=0.1              | --optimizer adam
          --optimizer adamw --weight-decay 0.1 | decoupled=true         | --optimizer adam --weight-decay 0.1
          --optimizer sgd --clip 0.1           | ByNorm[max=0.1]        | --optimizer sgd
          --optimizer sgd --clip 0             | None[]                 | --optimizer sgd --clip 0.1
          --optimizer sgd --clip-value 0.001   | ByValue[limit=0.001]   | --optimizer sgd
          --schedule step:1,0.5                | Step[start=1, decay=0.5] | -
          --schedule cosine                    | Cosine[warmup=0, floor=0.0] | -
          --schedule cosine:5                  | Cosine[warmup=5, floor=0.0] | --schedule cosine
          --schedule cosine:5,0.5              | Cosine[warmup=5, floor=0.5] | --schedule cosine:5
          --schedule plateau:1,0.1 --validate-every 1 --lr 0.5 | Plateau[patience=1, decay=0.1] | --validate-every 1 --lr 0.5
          """)
  void isActedUpon(String options, String told, String other) throws IOException {
    Run run = train(options);
    String configuration =
        run.summary.get("configuration").asText() + run.summary.get("training").asText();
    assertTrue(told == null || configuration.contains(told), configuration);
    assertNotEquals(train(other == null ? "--seed 1" : other).losses, run.losses);
  }

  @Test
  void validatesAsOftenAsAsked() throws IOException {
    Run run = train("--validate-every 5");
    List<String> steps =
        run.losses.stream()
            .filter(line -> line.startsWith("validation,"))
            .map(line -> line.split(",", -1)[1])
            .toList();
    assertEquals(List.of("5", "10", "15"), steps.subList(0, 3));
  }

  /** A rate at which no weight moves: the validation loss never improves on its first value. */
  @Test
  void patienceEndsTheRun() throws IOException {
    Run run = train("--optimizer sgd --lr 1e-12 --epochs 9 --patience 2");
    assertEquals("EARLY_STOPPED", run.summary.get("end").asText());
    assertEquals(3, run.summary.get("epochs").asInt());
  }

  @Test
  void threadsAreTold() throws IOException {
    Run run = train("--threads 2");
    assertTrue(run.summary.get("training").asText().contains("threads=2"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --cell lst                       | cell: expected rnn, rnn-relu, lstm or gru, actual 'lst'
          --hidden 0                       | input, hidden and layers: expected at least 1, actual 0, 0 and 2
          --layers 0                       | input, hidden and layers: expected at least 1, actual 256, 256 and 0
          --tie --embed 4                  | tied weights need an embedding as wide as the hidden layer
          --dropout 1                      | dropout: expected in [0, 1), actual 1.0
          --weight-dropout 1               | weight-dropout: expected in [0, 1), actual 1.0
          --average 1                      | average: expected in [0, 1), actual 1.0
          --init-range -1                  | --init-range: expected 0 or more, actual -1.0
          --batch 0                        | batch: expected at least 1, actual 0
          --bptt 0                         | steps: expected at least 1, actual 0
          --epochs x                       | '--epochs': 'x' is not an int
          --batch 4 --threads 5            | threads: expected at most the batch size of 4, actual 5
          --max-minutes 0                  | --max-minutes: expected more than 0, actual 0.0
          --checkpoint-seconds -1          | --checkpoint-seconds: expected 0 or more, actual -1.0
          --optimizer adm                  | --optimizer: expected sgd, nesterov, rmsprop, adagrad, adadelta, adam or adamw, actual 'adm'
          --optimizer adam --momentum 0.9  | --momentum: only sgd and nesterov have it, actual --optimizer adam
          --optimizer sgd --momentum 1     | --momentum: expected in [0, 1), actual 1.0
          --weight-decay -1                | --weight-decay: expected 0 or more, actual -1.0
          --lr 0                           | learning rate: expected above 0, actual 0.0
          --lr NaN                         | learning rate: expected above 0, actual NaN
          --clip -1                        | clip: expected a bound above 0, actual -1.0
          --clip-value 0                   | clip: expected a bound above 0, actual 0.0
          --schedule linear                | --schedule: expected constant, step:N,D, plateau:N,D or cosine[:W[,F]], actual 'linear'
          --schedule step:1                | actual 'step:1'
          --schedule cosine:1,2,3          | actual 'cosine:1,2,3'
          --schedule plateau:x,1           | actual 'plateau:x,1'
          --split 0.9                      | '--split': expected two fractions such as 0.9,0.05, or 0.9,0.05,100 for those of 100 pieces, actual '0.9'
          --split a,b                      | '--split': expected two fractions such as 0.9,0.05, or 0.9,0.05,100 for those of 100 pieces, actual 'a,b'
          --split 0.9,0.2                  | '--split': expected positive fractions with a sum of at most 1, actual 0.9 and 0.2
          --split 0.8,0.1,x                | '--split': expected two fractions such as 0.9,0.05, or 0.9,0.05,100 for those of 100 pieces, actual '0.8,0.1,x'
          --patience -1                    | patience: expected at least 0, actual -1
          --validate-every -1              | validate-every: expected at least 0, actual -1
          --level syllable                 | '--level': expected one of [CHAR, WORD]
          --vocabulary 9                   | --vocabulary: only words are left out, actual --level char
          --level word --vocabulary 1      | --vocabulary: expected at least 2, actual 1
          """)
  void valuesThatMakeNoSenseAreWrongUsage(String options, String message) {
    Typed.words("lm train " + options, "--text", text, "--model", folder.resolve("m"))
        .fails(2, message, "See 'ciranda lm train --help'.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          lm train --model m                  | Missing required option: '--text=FILE'
          lm train --text t                   | Missing required option: '--model=OUT'
          lm train --text t --model m --hiden | Unknown option: '--hiden'
          lm eval --text t                    | Missing required option: '--model=FILE'
          lm eval --text t --model m --part x | '--part': expected one of [ALL, TRAIN, VALID, TEST]
          lm eval --text t --model m --dynamic 0 | dynamic: expected a finite learning rate above 0, actual 0.0
          lm eval --text t --model m --dynamic 1 --dynamic-steps 0 | dynamic-steps: expected at least 1, actual 0
          lm eval --text t --model m --dynamic 1 --precision int8 | --dynamic: only weights in f32 can learn, actual --precision int8
          lm sample --model m --temperature -1 | temperature: expected 0 or more, actual -1.0
          lm sample --model m --top-k -1      | top-k: expected 0 or more, actual -1
          lm sample --model m --top-p 0       | top-p: expected in (0, 1], actual 0.0
          lm sample --model m --length -1     | --length: expected 0 or more, actual -1
          lm                                  | A command is missing; one of: train, eval, sample, help
          """)
  void wrongUsageIsTwo(String words, String message) {
    Typed.words(words).fails(2, message, "--help'.");
  }
}
