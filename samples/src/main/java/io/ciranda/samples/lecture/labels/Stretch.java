package io.ciranda.samples.lecture.labels;

import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.text.TextFile;
import io.ciranda.sequence.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of DNA around a place where something may begin or end.
 *
 * @param bases as many before the place as after it
 * @param label {@code ei} where an exon ends and an intron begins, {@code ie} where an intron ends,
 *     {@code n} for neither
 */
record Stretch(String bases, String label) {

  /** A label, a tab and the bases a line; all of one length. */
  static List<Stretch> read(Path file) throws IOException {
    var stretches = new ArrayList<Stretch>();
    for (String line : TextFile.read(file).lines().toList()) {
      String[] parts = line.split("\t", -1);
      int length = stretches.isEmpty() ? -1 : stretches.getFirst().bases.length();
      if (parts.length != 2
          || !parts[1].matches("([A-Z]{2})+")
          || (length > 0 && parts[1].length() != length)) {
        throw new UserException(
            "%s, line %d: expected a label, a tab and an even number of letters, the same in all lines, actual '%s'.%nWithout --data the example makes its DNA up."
                .formatted(file, stretches.size() + 1, line));
      }
      stretches.add(new Stretch(parts[1], parts[0]));
    }
    return stretches;
  }

  /** Another base at a place. */
  Stretch with(int place, char base) {
    return new Stretch(bases.substring(0, place) + base + bases.substring(place + 1), label);
  }

  /** Each base and its place, as two columns of symbols. */
  Sequence sequence() {
    String[][] symbols = new String[bases.length()][];
    for (int t = 0; t < symbols.length; t++) {
      symbols[t] = new String[] {bases.substring(t, t + 1), Integer.toString(t)};
    }
    return Sequence.ofSymbols(symbols);
  }
}
