package io.ciranda.samples.text;

import java.util.Arrays;

/**
 * An n-gram model with interpolated modified Kneser-Ney smoothing (Chen and Goodman 1999), the
 * baseline of a character language model. For symbol w after context h, with h' the context without
 * its oldest symbol,
 *
 * <pre>
 *   p(w|h) = max(c(hw) - D(c(hw)), 0) / c(h)  +  gamma(h) p(w|h')
 *   gamma(h) = (D1 N1(h) + D2 N2(h) + D3 N3+(h)) / c(h)
 * </pre>
 *
 * where Nk(h) is the number of symbols seen k times after h. c counts occurrences at the highest
 * order, and below it in how many different symbols an n-gram was seen to be preceded by. The chain
 * ends in a uniform distribution over the symbols of the training text and one that stands for all
 * unseen ones, so no probability is 0. The discounts D1, D2, D3 of each order are Chen and
 * Goodman's estimates from the counts of counts.
 *
 * <p>Its own class because the n-gram libraries on Maven Central are unmaintained, native, or
 * without interpolated smoothing.
 */
public final class NgramModel {
  /**
   * The id of every symbol that the training text does not have. Ids of the others count from 1.
   */
  private static final int UNSEEN = 0;

  private final int[] ids; // by symbol
  private final int symbols; // distinct, without UNSEEN
  private final int bits; // of an id in a packed n-gram
  private final Order[] orders; // [k - 1] holds the k-grams

  private NgramModel(int[] ids, int symbols, int bits, Order[] orders) {
    this.ids = ids;
    this.symbols = symbols;
    this.bits = bits;
    this.orders = orders;
  }

  /**
   * Counts the n-grams of {@code text}. Where the alphabet is so large that {@code order} ids do
   * not fit into 63 bits (6-grams: above 1,023 symbols), the order is the largest that does: see
   * {@link #order()}.
   *
   * @param text symbols, non-negative: code points or ids of a vocabulary
   * @param order n, at least 1
   * @throws IllegalArgumentException where the text is shorter than {@code order}
   */
  public static NgramModel train(int[] text, int order) {
    if (order < 1 || text.length < order) {
      throw new IllegalArgumentException(
          "expected an order of at least 1 and a text no shorter, got order %d and %d symbols"
              .formatted(order, text.length));
    }
    int[] ids = new int[Arrays.stream(text).max().getAsInt() + 1];
    int symbols = 0;
    for (int symbol : text) {
      if (ids[symbol] == UNSEEN) {
        ids[symbol] = ++symbols;
      }
    }
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(symbols);
    int n = Math.min(order, (Long.SIZE - 1) / bits);

    Order[] orders = new Order[n];
    orders[n - 1] = Order.occurrences(text, ids, n, bits);
    for (int k = n - 1; k >= 1; k--) {
      orders[k - 1] = Order.continuations(orders[k], k, bits);
    }
    return new NgramModel(ids, symbols, bits, orders);
  }

  /** n: how many symbols an n-gram has. */
  public int order() {
    return orders.length;
  }

  /**
   * The mean negative log-likelihood of {@code text} in nats per symbol. Its first symbols are
   * predicted from as many predecessors as they have.
   *
   * @param text symbols as in {@link #train}; at least one
   */
  public double meanNats(int[] text) {
    double nats = 0;
    long context = 0;
    for (int i = 0; i < text.length; i++) {
      int id = text[i] < ids.length ? ids[text[i]] : UNSEEN;
      long ngram = (context << bits) | id;
      nats -= Math.log(probability(ngram, Math.min(i + 1, orders.length)));
      context = ngram & mask(orders.length - 1, bits);
    }
    return nats / text.length;
  }

  /** p(w|h) of the packed {@code ngram} hw of {@code length} symbols. */
  private double probability(long ngram, int length) {
    double p = 1.0 / (symbols + 1);
    for (int k = 1; k <= length; k++) {
      p = orders[k - 1].probability(ngram & mask(k, bits), p);
    }
    return p;
  }

  private static long mask(int length, int bits) {
    return (1L << (length * bits)) - 1;
  }

  /** The n-grams of one length: their counts, and what follows each of their contexts. */
  private static final class Order {
    /**
     * Where the text is too short or too regular for an estimate; the usual value of absolute
     * discounting.
     */
    private static final double DEFAULT_DISCOUNT = 0.75;

    private final int bits;
    private final CountTable ngrams; // c(hw)
    private final CountTable totals; // c(h), the sum of c(hw) over w
    private final double[] gamma; // by slot of `totals`
    private final double[] discounts = new double[4]; // by count; 3 stands for all above

    private Order(CountTable ngrams, int bits) {
      this.bits = bits;
      this.ngrams = ngrams;
      this.totals = new CountTable();
      estimateDiscounts();
      ngrams.forEach((ngram, count) -> totals.add(context(ngram), count));
      gamma = new double[totals.capacity()];
      ngrams.forEach((ngram, count) -> gamma[totals.slot(context(ngram))] += discount(count));
      for (int slot = 0; slot < gamma.length; slot++) {
        gamma[slot] /= Math.max(1, totals.count(slot));
      }
    }

    /** The n-grams as they occur. */
    static Order occurrences(int[] text, int[] ids, int n, int bits) {
      CountTable counts = new CountTable();
      long ngram = 0;
      for (int i = 0; i < text.length; i++) {
        ngram = (ngram << bits | ids[text[i]]) & mask(n, bits);
        if (i >= n - 1) {
          counts.add(ngram, 1);
        }
      }
      return new Order(counts, bits);
    }

    /**
     * The k-grams, counted by the different symbols before them: once for each distinct (k+1)-gram.
     */
    static Order continuations(Order longer, int k, int bits) {
      CountTable counts = new CountTable();
      longer.ngrams.forEach((ngram, _) -> counts.add(ngram & mask(k, bits), 1));
      return new Order(counts, bits);
    }

    /** p(w|h), where {@code shorter} is p(w|h'). */
    double probability(long ngram, double shorter) {
      int slot = totals.slot(context(ngram));
      if (slot < 0) {
        return shorter;
      }
      int count = ngrams.get(ngram);
      return (count - discount(count)) / totals.count(slot) + gamma[slot] * shorter;
    }

    /**
     * The key of an n-gram's context: never 0, which a table cannot hold, even where the context is
     * empty.
     */
    private long context(long ngram) {
      return (ngram >>> bits) + 1;
    }

    private double discount(int count) {
      return discounts[Math.min(count, 3)];
    }

    private void estimateDiscounts() {
      double[] countsOfCounts = new double[5];
      ngrams.forEach((_, count) -> countsOfCounts[Math.min(count, 4)] += count <= 4 ? 1 : 0);
      double y = countsOfCounts[1] / (countsOfCounts[1] + 2 * countsOfCounts[2]);
      for (int k = 1; k <= 3; k++) {
        double estimate = k - (k + 1) * y * countsOfCounts[k + 1] / countsOfCounts[k];
        discounts[k] = estimate > 0 && estimate < k ? estimate : DEFAULT_DISCOUNT;
      }
    }
  }
}
