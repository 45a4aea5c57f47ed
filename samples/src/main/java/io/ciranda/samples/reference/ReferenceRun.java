package io.ciranda.samples.reference;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One reference run: what to type and what it must come to.
 *
 * <p>In a command, {@code {name}} is a file of the data folder and {@code @NAME} begins the names
 * of the files that the run leaves.
 *
 * @param name by which it is asked for
 * @param title what is trained on what
 * @param commands the first one trains and can be resumed; the others measure what it came to
 * @param results the file with the figure
 * @param goal the figure must reach
 * @param published figures of others, for comparison
 */
record ReferenceRun(
    String name, String title, List<String> commands, String results, Goal goal, String published) {
  private static final Pattern FILE = Pattern.compile("\\{(.*?)}");

  static final List<ReferenceRun> ALL =
      List.of(
          languageModel(
              "tinyshakespeare",
              "2x256 LSTM on tinyshakespeare, characters, first 90 % / last 10 %",
              "--text {tinyshakespeare_input.txt.gz}"
                  + " --split 0.9,0.1 --cell lstm --hidden 256 --layers 2 --dropout 0.4 --batch 32 --bptt 64 --epochs 20"
                  + " --lr 0.003 --schedule cosine:100 --threads 2",
              Goal.atMost(1.465, "nats"),
              "torch-rnn defaults 1.6-1.7; a 10.7 M parameter GPT 1.47"),
          languageModel(
              "war-and-peace",
              "1x256 LSTM on War and Peace, characters, 80/10/10",
              "--text {warpeace_input.txt.gz}"
                  + " --split 0.8,0.1 --cell lstm --hidden 256 --layers 1 --dropout 0.5 --optimizer adamw --weight-decay 0.05"
                  + " --batch 50 --bptt 100 --epochs 30 --lr 0.004 --schedule cosine:300 --threads 1",
              Goal.atMost(1.20, "nats"),
              "none of contiguous parts"),
          languageModel(
              "war-and-peace-pieces",
              "the same network, 80/10/10 of each of 100 pieces of the text, as char-rnn splits it",
              "--text {warpeace_input.txt.gz}"
                  + " --split 0.8,0.1,100 --cell lstm --hidden 256 --layers 1 --dropout 0.3 --optimizer adamw --weight-decay 0.02"
                  + " --batch 32 --bptt 100 --epochs 40 --lr 0.003 --schedule cosine:300 --threads 1",
              Goal.atMost(1.20, "nats"),
              "Karpathy et al. 2015: 1.189"),
          languageModel(
              "ptb-word",
              "2x200 LSTM on the Penn Treebank, words",
              "--text {ptb.train.txt.gz} --valid {ptb.valid.txt.gz} --test {ptb.test.txt.gz}"
                  + " --level word --cell lstm --hidden 200 --layers 2 --dropout 0.2 --init-range 0.1 --batch 20 --bptt 20"
                  + " --epochs 13 --optimizer sgd --lr 20 --clip 0.25 --schedule cosine --threads 1",
              Goal.atMost(116, "perplexity"),
              "Zaremba et al. 2014, small: 114.5"),
          languageModel(
              "ptb-word-adaptive",
              "the same with an adaptive softmax",
              "--text {ptb.train.txt.gz} --valid {ptb.valid.txt.gz} --test {ptb.test.txt.gz}"
                  + " --level word --cell lstm --hidden 200 --layers 2 --dropout 0.2 --init-range 0.1 --batch 20 --bptt 20"
                  + " --epochs 13 --optimizer sgd --lr 20 --clip 0.25 --schedule cosine --threads 1 --cutoffs 3000",
              Goal.atMost(100.8, "perplexity"),
              "at most 1.05 times the 96.0 of ptb-word"),
          languageModel(
              "ptb-char",
              "2x400 LSTM on the Penn Treebank, characters",
              "--text {ptb.char.train.txt.gz} --valid {ptb.char.valid.txt.gz} --test {ptb.char.test.txt.gz}"
                  + " --level word --cell lstm --hidden 400 --layers 2 --embed 64 --dropout 0.05 --batch 32 --bptt 100 --epochs 4"
                  + " --lr 0.003 --schedule cosine:300 --threads 1",
              Goal.atMost(1.42, "bits"),
              "Bai et al. 2018, 3 M parameters: 1.36"),
          germanToEnglish(
              "multi30k-word-by-word",
              "a word for each word",
              "--architecture word-by-word",
              Goal.reported("bleu"),
              "none"),
          germanToEnglish(
              "multi30k-encoder-decoder",
              "GRU encoder-decoder",
              "--architecture encoder-decoder",
              Goal.atLeast(14, "bleu"),
              "bentrevett/pytorch-seq2seq, LSTM: 13.8"),
          germanToEnglish(
              "multi30k-context",
              "GRU encoder-decoder, the context re-fed",
              "--architecture encoder-decoder --context",
              Goal.atLeast(20.6, "bleu"),
              "bentrevett/pytorch-seq2seq: 20.6"),
          germanToEnglish(
              "multi30k-attention",
              "GRU with additive attention",
              "--architecture attention",
              Goal.atLeast(29, "bleu"),
              "bentrevett/pytorch-seq2seq: 28.3"),
          translation(
              "multi30k-en-fr",
              "GRU with additive attention on Multi30k, English to French, subwords, beam 5, cased",
              "en",
              "fr",
              "--level subword --merges 8000 --shared-merges --hidden 384 --embed 256",
              "--beam 5",
              Goal.atLeast(52, "bleu"),
              "attention GRUs with subwords and beam: 50-58"),
          new ReferenceRun(
              "multi30k-lengths",
              "what attention keeps of its BLEU at 50 words, on joined pairs of Multi30k, German to English",
              List.of(
                  "translate lengths --source {train.de.gz} --target {train.en.gz}"
                      + " --valid-source {val.de.gz} --valid-target {val.en.gz}"
                      + " --test-source {test_2016_flickr.de.gz} --test-target {test_2016_flickr.en.gz}"
                      + " --level word --min-count 2 --lowercase --hidden 256 --embed 256 --dropout 0.3 --label-smoothing 0.1"
                      + " --joinings 5 --batch 64 --epochs 3 --lr 0.001 --schedule cosine:200 --clip 1 --threads 2"
                      + " --out @ --summary @.summary.json"),
              "@.summary.json",
              Goal.atLeast(85, "attention_kept"),
              "Bahdanau et al. 2015, figure 2: nearly all"));

  private static ReferenceRun languageModel(
      String name, String title, String options, Goal goal, String published) {
    String command = "lm train %s --model @.safetensors --resume".formatted(options);
    return new ReferenceRun(name, title, List.of(command), "@.summary.json", goal, published);
  }

  /** As those that are compared with: words, all lower case, greedy. */
  private static ReferenceRun germanToEnglish(
      String name, String title, String options, Goal goal, String published) {
    return translation(
        name,
        title + " on Multi30k, German to English, words, greedy, lower case",
        "de",
        "en",
        options + " --level word --min-count 2 --lowercase --hidden 256 --embed 256",
        "--lowercase",
        goal,
        published);
  }

  /** Trains 10 epochs on Multi30k and translates the test set of 2016. */
  private static ReferenceRun translation(
      String name,
      String title,
      String from,
      String to,
      String options,
      String evaluation,
      Goal goal,
      String published) {
    String train =
        ("translate train --source {train.%1$s.gz} --target {train.%2$s.gz}"
                + " --valid-source {val.%1$s.gz} --valid-target {val.%2$s.gz} %3$s --dropout 0.3 --label-smoothing 0.1"
                + " --batch 64 --epochs 10 --lr 0.001 --schedule cosine:200 --clip 1 --threads 2 --model @.safetensors --resume")
            .formatted(from, to, options);
    String evaluate =
        "translate eval --model @.safetensors --source {test_2016_flickr.%s.gz} --target {test_2016_flickr.%s.gz} %s --threads 2 --output @.test.txt --summary @.test.json"
            .formatted(from, to, evaluation);
    return new ReferenceRun(name, title, List.of(train, evaluate), "@.test.json", goal, published);
  }

  /** The data files that it needs. */
  List<String> files() {
    return commands.stream()
        .flatMap(command -> FILE.matcher(command).results())
        .map(file -> file.group(1))
        .distinct()
        .toList();
  }

  /** The commands as a person reads them. */
  List<String> shownCommands() {
    return commands.stream()
        .map(command -> FILE.matcher(command).replaceAll("$1").replace("@", name))
        .toList();
  }

  /** The arguments of {@code ciranda} for each command, with files as they are. */
  List<List<String>> arguments(DataFolder data, Path out) {
    return commands.stream()
        .map(
            command ->
                Arrays.stream(command.split(" ", -1)).map(word -> word(word, data, out)).toList())
        .toList();
  }

  private String word(String word, DataFolder data, Path out) {
    Matcher file = FILE.matcher(word);
    if (file.matches()) {
      return data.find(file.group(1)).toString();
    }
    return word.startsWith("@") ? file(word, out).toString() : word;
  }

  /** The file that {@code @...} names. */
  Path file(String at, Path out) {
    return out.resolve(name + at.substring(1));
  }

  /** The file with the figure. */
  Path results(Path out) {
    return file(results, out);
  }

  /** What became of the training. */
  Path summary(Path out) {
    return file("@.summary.json", out);
  }
}
