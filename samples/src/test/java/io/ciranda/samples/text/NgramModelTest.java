package io.ciranda.samples.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NgramModelTest {
  private static final String TEXT =
      "the cat sat on the mat, the rat sat on the cat and the bat sat on that hat. ".repeat(3)
          + "xyz";

  /** What comes after any context, the unseen symbol included, has probability 1 in sum. */
  @Test
  void probabilitiesSumToOne() {
    int[] text = symbols(TEXT);
    int unseen = 'Q';
    int[] alphabet =
        IntStream.concat(IntStream.of(text).distinct(), IntStream.of(unseen)).toArray();
    for (int order = 1; order <= 6; order++) {
      NgramModel model = NgramModel.train(text, order);
      for (String context :
          new String[] {"", "t", "the ", "sat o", "zzzzz", "xyz", "Q", "theQ", "Qthe "}) {
        double before = context.isEmpty() ? 0 : total(model, symbols(context));
        double sum = 0;
        for (int next : alphabet) {
          int[] extended = symbols(context + Character.toString(next));
          sum += Math.exp(before - total(model, extended));
        }
        assertEquals(1, sum, 1e-12, "order " + order + ", context '" + context + "'");
      }
    }
  }

  /** By hand: "ababab" has the bigrams ab (3 times) and ba (2 times). */
  @Test
  void bigramsByHand() {
    NgramModel model = NgramModel.train(symbols("ababab"), 2);
    // Every count of counts that an estimate needs is 0 somewhere: all discounts are the default,
    // 0.75.
    // Unigrams: a and b are each preceded by one symbol, total 2, uniform over {a, b, unseen}.
    double unigram = (1 - 0.75) / 2 + 2 * 0.75 / 2 / 3;
    double afterA = (3 - 0.75) / 3 + 0.75 / 3 * unigram;
    assertEquals(-Math.log(unigram), model.meanNats(symbols("a")), 1e-12);
    assertEquals(-Math.log(unigram * afterA), 2 * model.meanNats(symbols("ab")), 1e-12);
  }

  @Test
  void longerContextsPredictBetter() throws IOException {
    Split split = Split.of(BuiltInText.europarlEnglish().text(), new Split.Fractions(0.9, 0.1));
    int[] train = symbols(split.train());
    int[] valid = symbols(split.valid());
    double[] nats =
        IntStream.rangeClosed(1, 6)
            .mapToDouble(n -> NgramModel.train(train, n).meanNats(valid))
            .toArray();
    for (int i = 1; i < nats.length; i++) {
      assertTrue(
          nats[i] < nats[i - 1], "order " + (i + 1) + ": " + nats[i] + " after " + nats[i - 1]);
    }
    // The first is the entropy of the characters, 3.018 by a count of them; the others are what was
    // measured once.
    assertEquals(3.018, nats[0], 0.001);
    assertEquals(1.870, nats[2], 0.001);
    assertEquals(1.110, nats[5], 0.001);
  }

  @Test
  void orderIsWhatFitsIntoALong() {
    int[] manySymbols = IntStream.range(0, 20_000).toArray();
    NgramModel model = NgramModel.train(manySymbols, 6);
    assertEquals(4, model.order()); // 15 bits each
    assertTrue(Double.isFinite(model.meanNats(manySymbols)));
  }

  @Test
  void randomSymbolsAreNotPredicted() {
    int[] noise = new SplittableRandom(1).ints(200_000, 0, 16).toArray();
    NgramModel model = NgramModel.train(noise, 4);
    int[] more = new SplittableRandom(2).ints(50_000, 0, 16).toArray();
    double nats = model.meanNats(more);
    assertTrue(nats >= Math.log(16), "better than is possible: " + nats);
    assertEquals(Math.log(16), nats, 0.1);
  }

  @Test
  void tooShortATextIsRefused() {
    var e = assertThrows(IllegalArgumentException.class, () -> NgramModel.train(symbols("abc"), 6));
    assertTrue(e.getMessage().contains("order 6 and 3 symbols"), e.getMessage());
  }

  private static double total(NgramModel model, int[] text) {
    return text.length * model.meanNats(text);
  }

  private static int[] symbols(String text) {
    return text.codePoints().toArray();
  }
}
