package io.ciranda.samples.sequence;

import io.ciranda.nn.Cell;
import io.ciranda.samples.text.LabelledSentence;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.SequenceTagger;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Finds diseases in abstracts (NCBI disease corpus, Dogan et al. 2014): a BiLSTM-CRF that knows the
 * words that are not rare, and of all words their letters. Arguments: files to train, validate and
 * test on, of a token, a tab and a label a line, an empty line after each sentence; and a seed.
 */
public final class DiseaseTagger {
  private DiseaseTagger() {}

  /** Prints how well it does. */
  public static void main(String[] args) throws IOException {
    long seed = args.length > 3 ? Long.parseLong(args[3]) : 1;
    try (var model = fit(Path.of(args[0]), Path.of(args[1]), seed)) {
      System.out.println(model.evaluate(LabelledSentence.examples(Path.of(args[2]))));
    }
  }

  static SequenceTagger fit(Path train, Path valid, long seed) throws IOException {
    SequenceOptions options =
        SequenceOptions.standard()
            .withCell(Cell.LSTM)
            .withHidden(100)
            .withDropout(0.5)
            .withMinCount(2)
            .withUnknownRate(0.3)
            .withSpelled(1, 25)
            .withCrf(true)
            .withEpochs(40)
            .withSeed(seed);
    return SequenceTagger.fit(
        LabelledSentence.examples(train), LabelledSentence.examples(valid), options);
  }
}
