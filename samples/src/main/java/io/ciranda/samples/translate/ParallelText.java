package io.ciranda.samples.translate;

import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.text.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sentences and their translations: line n of one belongs to line n of the other.
 *
 * @param sources as many as targets
 * @param targets as many as sources
 */
record ParallelText(List<String> sources, List<String> targets) {
  /** Nothing. */
  static final ParallelText NONE = new ParallelText(List.of(), List.of());

  ParallelText {
    sources = List.copyOf(sources);
    targets = List.copyOf(targets);
  }

  /**
   * Reads two files, UTF-8, plain or gzip'ed, a sentence a line.
   *
   * @throws UserException where one has more lines than the other
   */
  static ParallelText read(Path sourceFile, Path targetFile) throws IOException {
    List<String> sources = lines(sourceFile);
    List<String> targets = lines(targetFile);
    if (sources.size() != targets.size()) {
      boolean more = sources.size() > targets.size();
      throw new UserException(
          "expected as many lines in both files: %s has %,d, %s has %,d; line %d of %s has no partner.%nEach line must be the translation of the other file's line of the same number."
              .formatted(
                  sourceFile,
                  sources.size(),
                  targetFile,
                  targets.size(),
                  1 + Math.min(sources.size(), targets.size()),
                  more ? sourceFile : targetFile));
    }
    return new ParallelText(sources, targets);
  }

  /** Only line feeds end a line, as {@code wc -l} counts them; a carriage return before is none. */
  private static List<String> lines(Path file) throws IOException {
    String text = TextFile.read(file);
    String whole = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    return Arrays.stream(whole.split("\n", -1))
        .map(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line)
        .toList();
  }

  int size() {
    return sources.size();
  }

  /**
   * Reads two files and leaves out the pairs of which one side is blank; {@code console} hears how
   * many.
   *
   * @throws UserException where one has more lines than the other, or no pair is left
   */
  static ParallelText readPairs(Path sourceFile, Path targetFile, Console console)
      throws IOException {
    ParallelText all = read(sourceFile, targetFile);
    var sources = new ArrayList<String>();
    var targets = new ArrayList<String>();
    for (int i = 0; i < all.size(); i++) {
      if (!all.sources.get(i).isBlank() && !all.targets.get(i).isBlank()) {
        sources.add(all.sources.get(i));
        targets.add(all.targets.get(i));
      }
    }
    int dropped = all.size() - sources.size();
    if (sources.isEmpty()) {
      throw new UserException(
          "%s and %s: expected pairs, but one side of each is empty"
              .formatted(sourceFile, targetFile));
    }
    if (dropped > 0) {
      console.narrate(
          "%s: %,d of %,d pairs left out: an empty line"
              .formatted(sourceFile, dropped, all.size()));
    }
    return new ParallelText(sources, targets);
  }
}
