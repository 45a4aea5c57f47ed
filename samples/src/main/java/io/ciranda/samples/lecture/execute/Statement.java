package io.ciranda.samples.lecture.execute;

import java.util.Map;

/** A line of a program; its text is Python's. */
sealed interface Statement {
  /** Changes the values of the variables. */
  void run(Map<Character, Long> variables);

  /** {@code a=12}. */
  record Assignment(char name, Expression value) implements Statement {
    @Override
    public void run(Map<Character, Long> variables) {
      variables.put(name, value.value(variables));
    }

    @Override
    public String toString() {
      return name + "=" + value;
    }
  }

  /** {@code for x in range(3):a+=12}. */
  record Loop(int times, char name, Expression amount) implements Statement {
    @Override
    public void run(Map<Character, Long> variables) {
      for (int x = 0; x < times; x++) {
        variables.merge(name, amount.value(variables), Long::sum);
      }
    }

    @Override
    public String toString() {
      return "for x in range(" + times + "):" + name + "+=" + amount;
    }
  }
}
