package io.ciranda.samples.lecture.execute;

import java.util.HashMap;
import java.util.List;

/**
 * A program and what it prints.
 *
 * @param text lines, each with its end
 * @param output digits, perhaps after a sign, and {@link #END}
 */
record Program(String text, String output) {
  /** Ends an output. */
  static final char END = '.';

  /** Statements, and the value printed after them, which running it tells. */
  static Program of(List<Statement> statements, Expression printed) {
    var text = new StringBuilder();
    var variables = new HashMap<Character, Long>();
    for (Statement statement : statements) {
      text.append(statement).append('\n');
      statement.run(variables);
    }
    String argument = printed.toString();
    text.append("print")
        .append(argument.startsWith("(") ? argument : "(" + argument + ")")
        .append('\n');
    return new Program(text.toString(), Long.toString(printed.value(variables)) + END);
  }

  /** The same with the output to be told from its last digit on, the way carries go. */
  Program reversed() {
    var digits = new StringBuilder(output.substring(0, output.length() - 1));
    return new Program(text, digits.reverse().toString() + END);
  }

  /** Its characters, but for the end of the output; how many are read, the delivery decides. */
  int length() {
    return text.length() + output.length() - 1;
  }
}
