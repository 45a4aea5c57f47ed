package io.ciranda.samples.lecture.execute;

/**
 * How the network is given a program to read ("Input delivery" in the paper). The output that it
 * tells afterwards is the same.
 */
enum Delivery {
  /** From the first character to the last. */
  FORWARD {
    @Override
    String of(String text) {
      return text;
    }
  },

  /** From the last character to the first. */
  REVERSED {
    @Override
    String of(String text) {
      return new StringBuilder(text).reverse().toString();
    }
  },

  /** Twice, so that what comes early is read again by one who knows what follows. */
  DOUBLED {
    @Override
    String of(String text) {
      return text + text;
    }
  };

  /** What is read of a program's text. */
  abstract String of(String text);
}
