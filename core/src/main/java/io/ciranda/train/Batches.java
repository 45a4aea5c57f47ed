package io.ciranda.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * How examples become batches.
 *
 * @param size examples of a batch at most
 * @param stretch batches that are sorted by length together
 */
public record Batches(int size, int stretch) {

  /**
   * The batches of an epoch. It takes the examples in an order of its own, sorts them within
   * stretches, so that little is padded, and takes the batches in another random order.
   *
   * @param seed decides both orders
   */
  public <E> List<List<E>> shuffled(List<E> examples, Comparator<? super E> byLength, long seed) {
    var random = new Random(seed);
    var order = new ArrayList<>(examples);
    Collections.shuffle(order, random);
    int step = (int) Math.min((long) stretch * size, order.size());
    for (int from = 0; from < order.size(); from += step) {
      order.subList(from, Math.min(from + step, order.size())).sort(byLength);
    }
    List<List<E>> batches = cut(order);
    Collections.shuffle(batches, random);
    return batches;
  }

  /** The batches of examples in the order as it is, views of them. */
  public <E> List<List<E>> cut(List<E> examples) {
    var batches = new ArrayList<List<E>>();
    for (int from = 0; from < examples.size(); from += size) {
      batches.add(examples.subList(from, Math.min(from + size, examples.size())));
    }
    return batches;
  }
}
