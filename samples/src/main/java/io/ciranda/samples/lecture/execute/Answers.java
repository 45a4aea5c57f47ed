package io.ciranda.samples.lecture.execute;

import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Svg;
import java.io.IOException;
import java.util.List;

/** Some programs, what they print, and what a model answers. */
final class Answers {
  private static final int SHOWN = 8;
  private static final int LINE = 20;
  private static final int CHARACTER = 8;

  private final List<Program> programs;
  private final List<String> answers;

  Answers(ProgramModel model, List<Program> test) {
    programs = test.subList(0, Math.min(SHOWN, test.size()));
    answers = programs.stream().map(program -> model.answer(program.text())).toList();
  }

  /** As text and as a picture. */
  void show(Lesson lesson) throws IOException {
    for (int i = 0; i < programs.size(); i++) {
      Program program = programs.get(i);
      lesson.print(
          "%s  prints %s  answer %s"
              .formatted(program.text().replace("\n", "¶"), program.output(), answers.get(i)));
    }
    lesson.picture("answers", picture());
  }

  /** Programs on the left, outputs in the middle, answers on the right: blue for right ones. */
  private Svg picture() {
    int middle = 60 + CHARACTER * programs.stream().mapToInt(Answers::width).max().orElse(0);
    int right = middle + 160;
    int lines = programs.stream().mapToInt(Answers::height).sum();
    var svg = new Svg(right + 440, 50 + LINE * (lines + programs.size()));
    svg.textFrom(20, 20, 14, "A program").textFrom(middle, 20, 14, "prints");
    svg.textFrom(right, 20, 14, "and the network answers (right: blue, wrong: red)");
    double y = 50;
    for (int i = 0; i < programs.size(); i++) {
      Program program = programs.get(i);
      List<String> text = program.text().lines().toList();
      for (int line = 0; line < text.size(); line++) {
        svg.textFrom(20, y + LINE * line, 14, text.get(line));
      }
      double last = y + LINE * (text.size() - 1);
      svg.textFrom(middle, last, 14, program.output());
      draw(svg, right, last, answers.get(i), program.output());
      y = last + 2 * LINE;
    }
    return svg;
  }

  private static void draw(Svg svg, int left, double y, String answer, String output) {
    for (int c = 0; c < answer.length(); c++) {
      boolean right = c < output.length() && answer.charAt(c) == output.charAt(c);
      svg.cell(left + LINE * c, y - LINE / 2.0, LINE - 1, LINE, right ? 0.4 : -0.4);
      svg.text(left + LINE * (c + 0.5), y, 14, answer.substring(c, c + 1));
    }
  }

  private static int width(Program program) {
    return program.text().lines().mapToInt(String::length).max().orElse(0);
  }

  private static int height(Program program) {
    return (int) program.text().lines().count();
  }
}
