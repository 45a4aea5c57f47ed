package io.ciranda.samples.reference;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One reference run: a command and what it must come to. Listed shortest first.
 *
 * @param name by which it is asked for
 * @param title what is trained on what
 * @param files of the data folder, in the order of {@code --text}, {@code --valid}, {@code --test}
 * @param options of {@code lm train} beside those
 * @param unit of the figure: {@code nats}, {@code bits} or {@code perplexity}, on the held-out text
 * @param goal the figure may be at most this
 * @param published figures of others, for comparison
 */
record ReferenceRun(
    String name,
    String title,
    List<String> files,
    String options,
    String unit,
    double goal,
    String published) {

  static final List<ReferenceRun> ALL =
      List.of(
          new ReferenceRun(
              "tinyshakespeare",
              "2x256 LSTM on tinyshakespeare, characters, first 90 % / last 10 %",
              List.of("tinyshakespeare_input.txt.gz"),
              "--split 0.9,0.1 --cell lstm --hidden 256 --layers 2 --dropout 0.4 --batch 32 --bptt 64 --epochs 20"
                  + " --lr 0.003 --schedule cosine:100 --threads 2",
              "nats",
              1.465,
              "torch-rnn defaults 1.6-1.7; a 10.7 M parameter GPT 1.47"),
          new ReferenceRun(
              "war-and-peace",
              "1x256 LSTM on War and Peace, characters, 80/10/10",
              List.of("warpeace_input.txt.gz"),
              "--split 0.8,0.1 --cell lstm --hidden 256 --layers 1 --dropout 0.5 --optimizer adamw --weight-decay 0.05"
                  + " --batch 50 --bptt 100 --epochs 30 --lr 0.004 --schedule cosine:300 --threads 1",
              "nats",
              1.20,
              "Karpathy et al. 2015: 1.189"),
          new ReferenceRun(
              "ptb-word",
              "2x200 LSTM on the Penn Treebank, words",
              List.of("ptb.train.txt.gz", "ptb.valid.txt.gz", "ptb.test.txt.gz"),
              "--level word --cell lstm --hidden 200 --layers 2 --dropout 0.2 --init-range 0.1 --batch 20 --bptt 20"
                  + " --epochs 13 --optimizer sgd --lr 20 --clip 0.25 --schedule cosine --threads 1",
              "perplexity",
              116,
              "Zaremba et al. 2014, small: 114.5"),
          new ReferenceRun(
              "ptb-char",
              "2x400 LSTM on the Penn Treebank, characters",
              List.of("ptb.char.train.txt.gz", "ptb.char.valid.txt.gz", "ptb.char.test.txt.gz"),
              "--level word --cell lstm --hidden 400 --layers 2 --embed 64 --dropout 0.05 --batch 32 --bptt 100 --epochs 4"
                  + " --lr 0.003 --schedule cosine:300 --threads 1",
              "bits",
              1.42,
              "Bai et al. 2018, 3 M parameters: 1.36"));

  /** The arguments of {@code ciranda} that run it. */
  List<String> arguments(DataFolder data, Path model) {
    var arguments = new ArrayList<>(List.of("lm", "train"));
    List<String> names = List.of("--text", "--valid", "--test");
    for (int i = 0; i < files.size(); i++) {
      arguments.add(names.get(i));
      arguments.add(data.find(files.get(i)).toString());
    }
    arguments.addAll(List.of(options.split(" ")));
    arguments.addAll(List.of("--model", model.toString(), "--resume"));
    return arguments;
  }
}
