package io.ciranda.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link Bleu} and {@link Chrf} against sacrebleu; text_golden.py says what the files are. */
class TranslationMetricsTest {
  private static final double TOLERANCE = 1e-9;

  static Stream<List<String>> rows() throws IOException {
    return TextFiles.lines("scores.tsv").stream().map(line -> List.of(line.split("\t", -1)));
  }

  private static List<String> chosen(String file, String line) throws IOException {
    List<String> lines = TextFiles.lines(file);
    return line.equals("all") ? lines : List.of(lines.get(Integer.parseInt(line)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void scoresAreThoseOfSacrebleu(List<String> row) throws IOException {
    List<String> hypotheses = chosen("hypotheses.txt", row.get(0));
    List<List<String>> references =
        List.of(chosen("references-1.txt", row.get(0)), chosen("references-2.txt", row.get(0)))
            .subList(0, Integer.parseInt(row.get(1)));
    boolean lowercase = row.get(2).equals("lower");
    Bleu bleu = Bleu.of(hypotheses, references, lowercase);
    assertEquals(row.get(3), bleu.toString());
    assertEquals(Double.parseDouble(row.get(4)), bleu.score(), TOLERANCE);
    assertEquals(row.subList(5, 9), bleu.matches().stream().map(String::valueOf).toList());
    assertEquals(row.subList(9, 13), bleu.totals().stream().map(String::valueOf).toList());
    assertEquals(Double.parseDouble(row.get(13)), bleu.brevityPenalty(), TOLERANCE);
    assertEquals(Long.parseLong(row.get(14)), bleu.hypothesisLength());
    assertEquals(Long.parseLong(row.get(15)), bleu.referenceLength());
    assertEquals(
        Double.parseDouble(row.get(16)),
        Chrf.of(hypotheses, references, 0, lowercase).score(),
        TOLERANCE);
    assertEquals(
        Double.parseDouble(row.get(17)),
        Chrf.of(hypotheses, references, 2, lowercase).score(),
        TOLERANCE);
  }

  @Test
  void oneReferenceAndCaseAreTheDefault() {
    List<String> hypothesis = List.of("A cat sat on the mat.");
    assertEquals(
        "BLEU = 80.91 85.7/83.3/80.0/75.0 (BP = 1.000 ratio = 1.000 hyp_len = 7 ref_len = 7)",
        Bleu.of(hypothesis, List.of("a cat sat on the mat.")).toString());
    assertEquals("chrF2 = 100.00", Chrf.of(hypothesis, hypothesis).toString());
    assertEquals("chrF2++ = 100.00", Chrf.of(hypothesis, List.of(hypothesis), 2, true).toString());
  }

  private static void assertRefused(String message, Executable executable) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, executable).getMessage());
  }

  @Test
  void linesHaveToBelongTogether() {
    List<String> one = List.of("a");
    List<String> two = List.of("a", "b");
    assertRefused(
        "references 1: expected as many lines as hypotheses, 2, actual 1", () -> Bleu.of(two, one));
    assertRefused(
        "references 2: expected as many lines as hypotheses, 1, actual 2",
        () -> Chrf.of(one, List.of(one, two), 0, false));
    assertRefused(
        "expected hypotheses and references, actual 0 and 1", () -> Bleu.of(List.of(), List.of()));
    assertRefused(
        "expected hypotheses and references, actual 1 and 0", () -> Bleu.of(one, List.of(), false));
    assertRefused(
        "wordOrder: expected >= 0, actual -1", () -> Chrf.of(one, List.of(one), -1, false));
  }
}
