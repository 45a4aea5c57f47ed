package io.ciranda.samples.lecture.execute;

import io.ciranda.samples.lecture.execute.Expression.Choice;
import io.ciranda.samples.lecture.execute.Expression.Difference;
import io.ciranda.samples.lecture.execute.Expression.Literal;
import io.ciranda.samples.lecture.execute.Expression.Product;
import io.ciranda.samples.lecture.execute.Expression.Sum;
import io.ciranda.samples.lecture.execute.Expression.Variable;
import io.ciranda.samples.lecture.execute.Statement.Assignment;
import io.ciranda.samples.lecture.execute.Statement.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What kind of programs there are. */
enum Task {
  /** {@code print(12+34)}. */
  SUM {
    @Override
    Program write(Difficulty difficulty, SplittableRandom random) {
      return Program.of(
          List.of(),
          new Sum(number(difficulty.digits(), random), number(difficulty.digits(), random)));
    }

    @Override
    String describe(Difficulty difficulty) {
      return "sums of two numbers with %d digits".formatted(difficulty.digits());
    }
  },

  /** Sums, differences, small products, variables, short loops and choices, one upon another. */
  PROGRAM {
    @Override
    Program write(Difficulty difficulty, SplittableRandom random) {
      var statements = new ArrayList<Statement>();
      Expression result = number(difficulty.digits(), random);
      for (int i = 0; i < difficulty.nesting(); i++) {
        char fresh = (char) ('a' + i);
        result = operation(result, fresh, statements, difficulty.digits(), random);
      }
      return Program.of(statements, result);
    }

    @Override
    String describe(Difficulty difficulty) {
      return "programs with numbers of %d digits, nesting %d"
          .formatted(difficulty.digits(), difficulty.nesting());
    }
  };

  /** A random program. */
  abstract Program write(Difficulty difficulty, SplittableRandom random);

  /** What programs of a difficulty are, for a person to read. */
  abstract String describe(Difficulty difficulty);

  /**
   * One operation more upon {@code before}.
   *
   * @param fresh the name of a variable that is not yet in use
   * @param statements gets the lines that the operation needs before the last
   */
  private static Expression operation(
      Expression before,
      char fresh,
      List<Statement> statements,
      int digits,
      SplittableRandom random) {
    Literal other = number(digits, random);
    boolean first = random.nextBoolean();
    Expression left = first ? before : other;
    Expression right = first ? other : before;
    int few = 1 + random.nextInt(4 * digits); // as in the paper, a single reading must do
    return switch (random.nextInt(6)) {
      case 0 -> new Sum(left, right);
      case 1 -> new Difference(left, right);
      case 2 -> new Product(before, new Literal(few));
      case 3 -> new Choice(left, number(digits, random), number(digits, random), right);
      case 4 -> {
        statements.add(new Assignment(fresh, before));
        yield new Sum(other, new Variable(fresh));
      }
      default -> {
        statements.add(new Assignment(fresh, before));
        statements.add(new Loop(few, fresh, other));
        yield new Variable(fresh);
      }
    };
  }

  /** A number with exactly that many digits. */
  private static Literal number(int digits, SplittableRandom random) {
    long ten = Math.round(Math.pow(10, digits - 1));
    return new Literal(random.nextLong(ten, 10 * ten));
  }
}
