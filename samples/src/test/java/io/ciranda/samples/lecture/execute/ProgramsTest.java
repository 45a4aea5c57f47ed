package io.ciranda.samples.lecture.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Backend;
import io.ciranda.samples.lecture.execute.Expression.Choice;
import io.ciranda.samples.lecture.execute.Expression.Difference;
import io.ciranda.samples.lecture.execute.Expression.Literal;
import io.ciranda.samples.lecture.execute.Expression.Product;
import io.ciranda.samples.lecture.execute.Expression.Sum;
import io.ciranda.samples.lecture.execute.Expression.Variable;
import io.ciranda.samples.lecture.execute.Statement.Assignment;
import io.ciranda.samples.lecture.execute.Statement.Loop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProgramsTest {
  private static final Difficulty TARGET = new Difficulty(3, 2);

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void aProgramPrintsWhatPythonPrints() {
    // The first two examples of the paper, figure 1.
    assertEquals(
        new Program("j=8584\nfor x in range(8):j+=920\nb=(1500+j)\nprint(b+7567)\n", "25011."),
        Program.of(
            List.of(
                new Assignment('j', new Literal(8584)),
                new Loop(8, 'j', new Literal(920)),
                new Assignment('b', new Sum(new Literal(1500), new Variable('j')))),
            new Sum(new Variable('b'), new Literal(7567))));
    var c = new Difference(new Literal(8827), new Literal(5347));
    var chosen = new Sum(new Variable('c'), new Literal(8704));
    assertEquals(
        new Program("c=(8827-5347)\nprint((c+8704) if 2641<8500 else 5308)\n", "12184."),
        Program.of(
            List.of(new Assignment('c', c)),
            new Choice(chosen, new Literal(2641), new Literal(8500), new Literal(5308))));
    var larger = new Choice(chosen, new Literal(2), new Literal(2), new Product(c, c));
    assertEquals("12110400.", Program.of(List.of(), larger).output());
    var below = Program.of(List.of(), new Difference(new Literal(12), new Literal(35)));
    assertEquals("-23.", below.output());
    assertEquals("32-.", below.reversed().output());
    assertEquals("print(7)\n", Program.of(List.of(), new Literal(7)).text());
  }

  @Test
  void aSumHasNumbersOfThatManyDigits() {
    for (int i = 0; i < 100; i++) {
      Program sum = Task.SUM.write(TARGET, random);
      assertTrue(sum.text().matches("print\\([1-9]\\d\\d\\+[1-9]\\d\\d\\)\n"), sum.text());
    }
    assertTrue(Task.SUM.write(new Difficulty(1, 1), random).text().matches("print\\(.\\+.\\)\n"));
  }

  @ParameterizedTest
  @EnumSource
  void noProgramOfTheTestIsLearnedFrom(Task task) {
    var programs = new Programs(task, new Difficulty(2, 1), false, 1000, random);
    Set<Program> test = new HashSet<>(programs.test());
    assertEquals(1000, test.size());
    List<Program> batch = programs.batch(5000, Curriculum.BASELINE, 0, random);
    assertTrue(batch.stream().noneMatch(test::contains));
    for (int i = 1; i < batch.size(); i++) {
      assertTrue(batch.get(i).length() <= batch.get(i - 1).length());
    }
  }

  @Test
  void curriculaGoUpToTheTarget() {
    assertEquals(Set.of(TARGET), drawn(Curriculum.BASELINE, 0));
    assertEquals(Set.of(new Difficulty(1, 1)), drawn(Curriculum.NAIVE, 0));
    assertEquals(Set.of(new Difficulty(1, 2)), drawn(Curriculum.NAIVE, 0.25));
    assertEquals(Set.of(TARGET), drawn(Curriculum.NAIVE, 0.5));
    assertEquals(Set.of(TARGET), drawn(Curriculum.NAIVE, 0.999));
    assertEquals(6, drawn(Curriculum.MIXED, 0).size());
    assertEquals(6, drawn(Curriculum.COMBINED, 0.5).size());
  }

  private Set<Difficulty> drawn(Curriculum curriculum, double done) {
    var drawn = new ArrayList<Difficulty>();
    for (int i = 0; i < 200; i++) {
      drawn.add(curriculum.draw(TARGET, done, random));
    }
    return Set.copyOf(drawn);
  }

  @Test
  void scores() {
    var programs = List.of(new Program("", "12."), new Program("", "345."));
    Score score = Score.of(programs, List.of("12.", "3.5."));
    assertEquals(6 / 7.0, score.characters());
    assertEquals(0.5, score.outputs());
    assertEquals(4 / 7.0, Score.ofMostFrequent(programs));
  }

  @Test
  void deliveries() {
    assertEquals("ab\n", Delivery.FORWARD.of("ab\n"));
    assertEquals("\nba", Delivery.REVERSED.of("ab\n"));
    assertEquals("ab\nab\n", Delivery.DOUBLED.of("ab\n"));
    try (var model = new ProgramModel(Backend.best(), Delivery.DOUBLED, 8, 1, 30, 1)) {
      assertEquals(6 + 3, model.steps(new Program("ab\n", "123."))); // the end is not read
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerBeginsAsItIsTold(Delivery delivery) {
    try (var model = new ProgramModel(Backend.best(), delivery, 8, 2, 0, 1)) {
      Program longer = Task.PROGRAM.write(new Difficulty(4, 3), random);
      Program shorter = Task.SUM.write(TARGET, random);
      List<String> told = model.told(List.of(shorter, longer, shorter));
      assertEquals(told.get(0), told.get(2));
      assertEquals(longer.output().length(), told.get(1).length());
      String answer = model.answer(longer.text());
      assertFalse(answer.isEmpty());
      assertEquals(told.get(1).charAt(0), answer.charAt(0));
    }
  }
}
