package io.ciranda.samples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command's words go: results to standard output, the rest to standard error. */
public final class Console {
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;
  private final boolean quiet;

  /**
   * @param json results are one JSON object on {@code out}, all else goes to {@code err}
   * @param quiet no narration and no progress
   */
  public Console(PrintWriter out, PrintWriter err, boolean json, boolean quiet) {
    this.out = out;
    this.err = err;
    this.json = json;
    this.quiet = quiet;
  }

  static Console of(CommandSpec spec) {
    RootCommand root = (RootCommand) spec.root().userObject();
    return new Console(
        spec.commandLine().getOut(), spec.commandLine().getErr(), root.json(), root.quiet());
  }

  /** One line of the result, for a person to read. */
  public void print(String line) {
    println(json ? err : out, line);
  }

  /** One line about what is going on; none under {@code --quiet}. */
  public void narrate(String line) {
    if (!quiet) {
      println(err, line);
    }
  }

  /** Whether standard output is for text: {@code --json} was not given. */
  public boolean printsText() {
    return !json;
  }

  /** Whether a person watches: neither {@code --json} nor {@code --quiet} was given. */
  public boolean showsProgress() {
    return !json && !quiet;
  }

  /** Standard output, for a result that streams; not for one of {@code --json}. */
  public PrintWriter out() {
    return out;
  }

  /** Standard error, for what draws itself. */
  public PrintWriter err() {
    return err;
  }

  /** The result as a program reads it: printed under {@code --json} only. */
  void result(Object result) throws JsonProcessingException {
    if (json) {
      println(out, Json.text(result));
    }
  }

  private static void println(PrintWriter writer, String line) {
    writer.println(line);
    writer.flush();
  }
}
