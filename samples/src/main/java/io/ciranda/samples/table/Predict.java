package io.ciranda.samples.table;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda sequence predict}. */
@Command(
    name = "predict",
    description = {
      "Answers line by line: for each row one with its id, its time, and what the model makes of the sequence so far.",
      "classify: the label and its probability. tag: those of the row. forecast: NAME+1 to NAME+N, the numbers of the next rows, or NAME+1_qQ, their quantiles.",
      "",
      "The state of each id is kept, whatever the order of ids, some 10 kB each off the heap and on it for 64 units, more for more; the rows of one id must come in order of time. Standard input is answered as it comes."
    })
final class Predict extends CirandaCommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "A model of sequence train.")
  private Path model;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "CSV, plain or gzip'ed, with the columns that the model was trained on, in any order, the label not needed (default: standard input).")
  private Path data;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The CSV file to write (default: standard output).")
  private Path output;

  @Option(
      names = "--max-ids",
      paramLabel = "N",
      defaultValue = "100000",
      description =
          "Sequences that are remembered at once; then the one whose last row is the longest ago is forgotten, and begins anew if it comes again (default: ${DEFAULT-VALUE}).")
  private int maxIds;

  @Option(
      names = "--whole",
      description =
          "Read all rows first and sort them by time, as a bidirectional model needs it. The answers are then by id: for classify and forecast one for each, after its last row.")
  private boolean whole;

  /**
   * What {@code --json} prints.
   *
   * @param sequences that began; an id that was forgotten begins another
   * @param forgotten how often an id gave way to another; 0 where all is read first
   * @param unseen how many names training has not seen, by column
   */
  record Result(
      String model,
      String data,
      String output,
      long rows,
      long answers,
      long sequences,
      long forgotten,
      Map<String, Long> unseen,
      double seconds,
      double rowsPerSecond) {}

  @Override
  protected Object run(Console console) throws IOException {
    require(maxIds >= 1, "--max-ids: expected at least 1, actual " + maxIds);
    require(
        output != null || console.printsText(),
        "--json: the answers take standard output; name a file for them with --output");
    requireOther("--output", output, model, data);
    Engine.backend(console);
    TableSchema schema = TableSchema.of(model);
    if (!whole && isBidirectional()) {
      throw new UserException(
          "%s: the model reads sequences from both ends and cannot answer line by line.%nAdd --whole to read whole sequences first, or train one with --bidirectional=false."
              .formatted(model));
    }
    try (TaskModel loaded = TaskModel.load(model, schema)) {
      var unseen = new UnseenNames(loaded, schema);
      // Before the old answers are overwritten.
      try (RowReader rows = data == null ? null : reader(CsvSource.open(data), schema, unseen)) {
        if (output == null) {
          return run(console, loaded, schema, unseen, rows, console.out());
        }
        try (var writer = new PrintWriter(output.toFile(), StandardCharsets.UTF_8)) {
          return run(console, loaded, schema, unseen, rows, writer);
        }
      }
    }
  }

  private static RowReader reader(CsvSource source, TableSchema schema, UnseenNames unseen)
      throws IOException {
    return new RowReader(source, schema, false, unseen::count);
  }

  private boolean isBidirectional() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(model)) {
      return Boolean.parseBoolean(file.metadata("ciranda.bidirectional"));
    }
  }

  /**
   * Answers all rows.
   *
   * @param opened null for those of standard input, before each of which what was written goes out
   */
  private Result run(
      Console console,
      TaskModel loaded,
      TableSchema schema,
      UnseenNames unseen,
      RowReader opened,
      PrintWriter out)
      throws IOException {
    long start = System.nanoTime();
    var answers = new Answers(loaded, schema, out);
    RowReader rows =
        opened != null ? opened : reader(CsvSource.standardInput(answers::flush), schema, unseen);
    long sequences;
    long forgotten = 0;
    try (rows) {
      answers.writeHeader();
      if (whole) {
        List<Group> groups = Group.readAll(rows, schema.task(), true);
        groups.forEach(answers::write);
        sequences = groups.size();
      } else {
        try (var sessions = new Sessions(loaded, maxIds)) {
          while (rows.next()) {
            answers.write(rows, sessions);
          }
          forgotten = sessions.forgotten();
          sequences = forgotten + sessions.size();
        }
      }
    } finally {
      answers.flush();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    var result =
        new Result(
            model.toString(),
            rows.source().name(),
            output == null ? null : output.toString(),
            rows.rows(),
            answers.count,
            sequences,
            forgotten,
            unseen.byColumn(),
            seconds,
            rows.rows() / seconds);
    console.narrate(
        "%,d rows, %,d sequences in %.1f s, %,.0f rows/s"
            .formatted(result.rows, result.sequences, seconds, result.rowsPerSecond));
    unseen.tell(console);
    if (forgotten > 0) {
      console.narrate(
          "%,d times an id was forgotten for another; --max-ids %d remembers more"
              .formatted(forgotten, 2L * maxIds));
    }
    return result;
  }

  /** The lines that are written. */
  private static final class Answers {
    /** So that a file's answers are not worked out when nobody reads them any more. */
    private static final int LINES_TO_A_FLUSH = 1 << 12;

    private final TaskModel model;
    private final TableSchema schema;
    private final PrintWriter out;
    private final CsvWriter csv;
    private final List<String> line = new ArrayList<>();
    private long count = -1; // the names are no answer

    Answers(TaskModel model, TableSchema schema, PrintWriter out) {
      this.model = model;
      this.schema = schema;
      this.out = out;
      csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(out);
    }

    /** The names of the columns. */
    void writeHeader() {
      write(schema.id(), schema.time(), model.answerNames());
    }

    /** The answer to a row. */
    void write(RowReader row, Sessions sessions) {
      String id = row.id();
      write(id, row.timeText(), model.answer(sessions.of(id).step(row)));
    }

    /** The answers to a sequence. */
    void write(Group group) {
      List<List<String>> answers = model.answers(group);
      int first = group.times().size() - answers.size();
      for (int i = 0; i < answers.size(); i++) {
        write(group.id(), group.times().get(first + i), answers.get(i));
      }
    }

    private void write(String id, String time, List<String> answer) {
      line.clear();
      if (schema.id() != null) {
        line.add(id);
      }
      if (schema.time() != null) {
        line.add(time);
      }
      line.addAll(answer);
      csv.writeRecord(line);
      if (++count % LINES_TO_A_FLUSH == 0) {
        flush();
      }
    }

    void flush() {
      try {
        csv.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (out.checkError()) {
        throw new UserException(
            "the answers cannot be written: nobody reads them any more, or the disk is full");
      }
    }
  }
}
