package io.ciranda.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ciranda.infer.Sampling;
import io.ciranda.kernel.Backend;
import io.ciranda.nn.Cell;
import io.ciranda.testing.Values;
import io.ciranda.text.Vocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class LanguageModelSamplerTest {
  private static final int[] PROMPT = {3, 1, 4, 1};
  private static final Sampling FREE = new Sampling(1, 0, 1);

  @AutoClose
  private final LanguageModel model =
      LanguageModel.create(
          new LanguageModel.Config(Cell.GRU, 5, 7, 2, false, 0.5f),
          new Vocabulary(Vocabulary.Level.CHAR, List.of("a", "b", "c", "d", "e")),
          Backend.best(),
          4,
          1.2);

  private int[] write(int length, Sampling sampling, long seed) {
    try (var sampler = new LanguageModelSampler(model)) {
      var written = IntStream.builder();
      sampler.write(PROMPT, length, sampling, Values.random(seed), written::add);
      return written.build().toArray();
    }
  }

  @Test
  void greedyWritesTheMostProbableSymbolAfterAllBefore() {
    int[] written = write(20, Sampling.greedy(), 0);
    int[] text = Arrays.copyOf(PROMPT, PROMPT.length + written.length);
    System.arraycopy(written, 0, text, PROMPT.length, written.length);
    double[] logits = new PlainLanguageModel(model, 1).logits(text.length, text, null);
    for (int i = 0; i < written.length; i++) {
      int at = (PROMPT.length - 1 + i) * 5;
      double[] scores = Arrays.copyOfRange(logits, at, at + 5);
      double best = Arrays.stream(scores).max().orElseThrow();
      assertEquals(best, scores[written[i]], 1e-5);
    }
  }

  @Test
  void theSameSeedWritesTheSameAndAnotherAnother() {
    assertArrayEquals(write(50, FREE, 1), write(50, FREE, 1));
    assertEquals(false, Arrays.equals(write(50, FREE, 1), write(50, FREE, 2)));
  }

  @Test
  void aPromptInTwoPartsIsTheSamePrompt() {
    var written = IntStream.builder();
    try (var sampler = new LanguageModelSampler(model)) {
      sampler.write(new int[] {3, 1}, 0, FREE, Values.random(0), written::add);
      sampler.write(new int[] {4, 1}, 30, FREE, Values.random(1), written::add);
    }
    assertArrayEquals(write(30, FREE, 1), written.build().toArray());
  }

  @Test
  void anEmptyPromptAndSymbolsBeyondTheVocabularyAreRefused() {
    try (var sampler = new LanguageModelSampler(model)) {
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> sampler.write(new int[0], 1, FREE, Values.random(0), id -> {}));
      assertEquals("expected a prompt of at least one symbol, actual none", e.getMessage());
      assertThrows(
          IllegalArgumentException.class,
          () -> sampler.write(new int[] {5}, 1, FREE, Values.random(0), id -> {}));
    }
  }
}
