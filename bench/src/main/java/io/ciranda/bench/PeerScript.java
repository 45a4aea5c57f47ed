package io.ciranda.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the Python scripts of {@code bench/peers}, which print one line of JSON. */
final class PeerScript {
  private PeerScript() {}

  /**
   * Runs a script from the project's root and waits for it.
   *
   * @param figure the number of its line that is wanted
   * @param python an interpreter that has PyTorch
   * @throws IOException if the script fails or prints no such number
   */
  static double run(String figure, String python, String script, String... options)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(python, Path.of("bench", "peers", script).toString()));
    command.addAll(List.of(options));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher found = Pattern.compile("\"%s\": ([0-9.]+)".formatted(figure)).matcher(out);
    if (process.waitFor() != 0 || !found.find()) {
      throw new IOException("%s printed no %s: %s".formatted(command, figure, out));
    }
    return Double.parseDouble(found.group(1));
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
}
