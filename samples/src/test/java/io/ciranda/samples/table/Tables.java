package io.ciranda.samples.table;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** CSV files whose sequences can be learned. */
final class Tables {
  private Tables() {}

  /** Accounts whose amounts rise or fall; {@code channel} says nothing; rows of all are mixed. */
  static String accounts(int accounts, int rows, long seed) {
    var random = new Random(seed);
    var text = new StringBuilder("account,time,amount,channel,trend\n");
    for (int t = 0; t < rows; t++) {
      for (int a = 0; a < accounts; a++) {
        boolean rises = a % 2 == 0;
        double amount = (rises ? t : rows - t) + random.nextDouble();
        text.append(
            String.format(
                Locale.ROOT,
                "a%d,%d,%.2f,%s,%s%n",
                a,
                t,
                amount,
                random.nextBoolean() ? "shop" : "web",
                rises ? "up" : "down"));
      }
    }
    return text.toString();
  }

  /** Words; the one after "the" begins an entity, that after "big" goes on with it. */
  static String sentences(int sentences, long seed) {
    var random = new Random(seed);
    String[] words = {"the", "big", "cat", "sat"};
    var text = new StringBuilder("sentence,word,tag\n");
    for (int s = 0; s < sentences; s++) {
      String before = "";
      for (int t = 0; t < 6; t++) {
        String word = words[random.nextInt(words.length)];
        String tag = before.equals("the") ? "B-X" : before.equals("big") ? "I-X" : "O";
        text.append("%d,%s,%s%n".formatted(s, word, tag));
        before = word;
      }
    }
    return text.toString();
  }

  /** A load of days of eight hours. */
  static String hours(int rows) {
    var text = new StringBuilder("hour,load,holiday\n");
    for (int t = 0; t < rows; t++) {
      double load = 10 + 5 * Math.sin(2 * Math.PI * t / 8);
      text.append(String.format(Locale.ROOT, "%d,%.3f,%d%n", t, load, t % 5 / 4));
    }
    return text.toString();
  }

  /** Writes a file, gzip'ed if its name ends so. */
  static Path write(Path file, String text) throws IOException {
    try (OutputStream plain = Files.newOutputStream(file);
        OutputStream out = file.toString().endsWith(".gz") ? new GZIPOutputStream(plain) : plain) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }
}
