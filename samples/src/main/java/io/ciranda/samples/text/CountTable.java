package io.ciranda.samples.text;

/** Counts by a non-zero {@code long} key: open addressing with linear probing. */
final class CountTable {
  /**
   * 2^64 divided by the golden ratio: spreads neighbouring keys (Knuth's multiplicative hashing).
   */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private long[] keys = new long[1 << 10]; // 0: empty
  private int[] counts = new int[1 << 10];
  private int size;

  /** Something to be done with each key and its count. */
  @FunctionalInterface
  interface Visitor {
    void visit(long key, int count);
  }

  void add(long key, int count) {
    if (size * 3L > keys.length * 2L) {
      grow();
    }
    int slot = probe(key);
    if (keys[slot] == 0) {
      keys[slot] = key;
      size++;
    }
    counts[slot] += count;
  }

  /** The count of {@code key}, 0 where it was never added. */
  int get(long key) {
    return counts[probe(key)];
  }

  /** Where {@code key} lies, or -1. Slots stay as long as nothing is added. */
  int slot(long key) {
    int slot = probe(key);
    return keys[slot] == 0 ? -1 : slot;
  }

  int count(int slot) {
    return counts[slot];
  }

  /** One more than the largest slot. */
  int capacity() {
    return keys.length;
  }

  void forEach(Visitor visitor) {
    for (int slot = 0; slot < keys.length; slot++) {
      if (keys[slot] != 0) {
        visitor.visit(keys[slot], counts[slot]);
      }
    }
  }

  /** The slot of {@code key}, or the empty one where it would lie. */
  private int probe(long key) {
    int mask = keys.length - 1;
    int slot = (int) ((key * SPREAD) >>> 32) & mask;
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldCounts = counts;
    keys = new long[2 * oldKeys.length];
    counts = new int[2 * oldKeys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = probe(oldKeys[i]);
        keys[slot] = oldKeys[i];
        counts[slot] = oldCounts[i];
      }
    }
  }
}
