package io.ciranda.kernel;

/**
 * Which elements dropout keeps: element i of a call with a given key survives if the hash of both,
 * taken as an unsigned 32-bit number, is at least {@code p * 2^32}.
 */
public final class Dropout {
  /** Multipliers of the 32-bit finaliser of MurmurHash3 (Appleby 2011). */
  public static final int MULTIPLIER_1 = 0x85ebca6b;

  public static final int MULTIPLIER_2 = 0xc2b2ae35;

  private Dropout() {}

  /**
   * The hash of {@code key} and element {@code i}, where {@code lowKey} and {@code highKey} are the
   * key's halves.
   */
  public static int hash(int lowKey, int highKey, int i) {
    int h = (i ^ lowKey) * MULTIPLIER_1;
    h ^= h >>> 15;
    h = (h ^ highKey) * MULTIPLIER_2;
    h ^= h >>> 13;
    h *= MULTIPLIER_1;
    return h ^ h >>> 16;
  }

  /** The least hash that survives, as the bits of an unsigned number. */
  public static int threshold(float p) {
    return (int) (long) (p * 0x1p32);
  }

  /** Whether element {@code i} survives. */
  public static boolean survives(long key, int i, float p) {
    return Integer.compareUnsigned(hash((int) key, (int) (key >>> 32), i), threshold(p)) >= 0;
  }
}
