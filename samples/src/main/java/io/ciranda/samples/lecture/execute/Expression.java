package io.ciranda.samples.lecture.execute;

import java.util.Map;

/** What has a value; its text is Python's, with all operations in parentheses. */
sealed interface Expression {
  /** The value, given those of the variables. */
  long value(Map<Character, Long> variables);

  /** {@code 12}. */
  record Literal(long number) implements Expression {
    @Override
    public long value(Map<Character, Long> variables) {
      return number;
    }

    @Override
    public String toString() {
      return Long.toString(number);
    }
  }

  /** {@code a}. */
  record Variable(char name) implements Expression {
    @Override
    public long value(Map<Character, Long> variables) {
      return variables.get(name);
    }

    @Override
    public String toString() {
      return Character.toString(name);
    }
  }

  /** {@code (a+12)}. */
  record Sum(Expression left, Expression right) implements Expression {
    @Override
    public long value(Map<Character, Long> variables) {
      return left.value(variables) + right.value(variables);
    }

    @Override
    public String toString() {
      return "(" + left + "+" + right + ")";
    }
  }

  /** {@code (a-12)}. */
  record Difference(Expression left, Expression right) implements Expression {
    @Override
    public long value(Map<Character, Long> variables) {
      return left.value(variables) - right.value(variables);
    }

    @Override
    public String toString() {
      return "(" + left + "-" + right + ")";
    }
  }

  /** {@code (a*12)}. */
  record Product(Expression left, Expression right) implements Expression {
    @Override
    public long value(Map<Character, Long> variables) {
      return left.value(variables) * right.value(variables);
    }

    @Override
    public String toString() {
      return "(" + left + "*" + right + ")";
    }
  }

  /** {@code (a if 12<34 else 56)}. */
  record Choice(Expression yes, Expression smaller, Expression larger, Expression no)
      implements Expression {
    @Override
    public long value(Map<Character, Long> variables) {
      return (smaller.value(variables) < larger.value(variables) ? yes : no).value(variables);
    }

    @Override
    public String toString() {
      return "(" + yes + " if " + smaller + "<" + larger + " else " + no + ")";
    }
  }
}
