package io.ciranda.samples.table;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.ciranda.samples.cli.UserException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The rows of a CSV file as RFC 4180 has it, one after the other: UTF-8, plain or gzip'ed, which is
 * known by the first two bytes; the names of the columns on the first line. Empty lines are passed
 * over. Each error says where it is.
 */
final class CsvSource implements AutoCloseable {
  private static final int BUFFER = 1 << 16;
  private static final String GZIP = "\u001f\u008b";
  private static final String PARQUET = "PAR1";
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final String name;
  private final CsvReader<CsvRecord> reader;
  private final Iterator<CsvRecord> records;
  private final Map<String, Integer> columns = new HashMap<>();
  private final List<String> header;
  private long line;
  private CsvRecord row;

  /** Opens a file. */
  static CsvSource open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new UserException("expected a CSV file, but this is a folder: " + file);
    }
    return new CsvSource(file.toString(), Files.newInputStream(file));
  }

  /**
   * Reads standard input.
   *
   * @param beforeWaiting is run before each read, which may wait: who types or pipes a line has all
   *     answers to those before it
   */
  static CsvSource standardInput(Runnable beforeWaiting) throws IOException {
    var in =
        new FilterInputStream(System.in) {
          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            beforeWaiting.run();
            return super.read(bytes, offset, length);
          }
        };
    return new CsvSource("standard input", in);
  }

  private CsvSource(String name, InputStream in) throws IOException {
    this.name = name;
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder(); // reports what is malformed
      reader =
          CsvReader.builder()
              .extraFieldStrategy(FieldMismatchStrategy.IGNORE) // the check of ours says more
              .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
              .ofCsvRecord(new InputStreamReader(unzipped(in), decoder));
      records = reader.iterator();
      header = readHeader();
    } catch (Throwable e) {
      in.close();
      throw e;
    }
  }

  private InputStream unzipped(InputStream in) throws IOException {
    var buffered = new BufferedInputStream(in, BUFFER);
    buffered.mark(PARQUET.length());
    String first = new String(buffered.readNBytes(PARQUET.length()), StandardCharsets.ISO_8859_1);
    buffered.reset();
    if (first.equals(PARQUET)) {
      throw new UserException(
          "%s: expected CSV, actual Parquet. Convert it, for instance: duckdb -c \"copy (from '%s') to 'rows.csv'\""
              .formatted(name, name));
    }
    try {
      return first.startsWith(GZIP) ? new GZIPInputStream(buffered, BUFFER) : buffered;
    } catch (EOFException | ZipException e) {
      throw damaged(e);
    }
  }

  private List<String> readHeader() {
    CsvRecord first = read();
    if (first == null) {
      throw new UserException(
          "%s is empty: expected a first line with the names of the columns".formatted(name));
    }
    var names = new ArrayList<>(first.getFields());
    if (names.getFirst().startsWith(BYTE_ORDER_MARK)) {
      names.set(0, names.getFirst().substring(1));
    }
    for (int c = 0; c < names.size(); c++) {
      Integer earlier = columns.put(names.get(c), c);
      if (earlier != null) {
        throw new UserException(
            "%s, line 1: expected different names of columns, actual '%s' for columns %d and %d"
                .formatted(name, names.get(c), earlier + 1, c + 1));
      }
    }
    return names;
  }

  /** The file, or what else it is. */
  String name() {
    return name;
  }

  /** The names of the columns. */
  List<String> header() {
    return header;
  }

  /** The number of a column, from 0. */
  int column(String column) {
    Integer c = columns.get(column);
    if (c == null) {
      throw new UserException(
          "%s: expected a column '%s', actual %s"
              .formatted(name, column, String.join(", ", header)));
    }
    return c;
  }

  /** Goes to the next row; false at the end. */
  boolean next() {
    row = read();
    if (row != null && row.getFieldCount() != header.size()) {
      throw new UserException(
          "%s, line %d: expected %d fields, as in the header, actual %d"
              .formatted(name, line, header.size(), row.getFieldCount()));
    }
    return row != null;
  }

  private CsvRecord read() {
    try {
      if (!records.hasNext()) {
        return null;
      }
      CsvRecord record = records.next();
      line = record.getStartingLineNumber();
      return record;
    } catch (CsvParseException e) {
      String why = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
      throw new UserException("%s, after line %d: %s".formatted(name, line, why), e);
    } catch (UncheckedIOException e) {
      throw switch (e.getCause()) {
        case EOFException cut -> damaged(cut);
        case ZipException damage -> damaged(damage);
        case CharacterCodingException coding ->
            new UserException(
                "%s, after line %d: expected UTF-8 text.%nIf it is in another encoding, convert it: iconv -f latin1 -t utf-8"
                    .formatted(name, line),
                coding);
        case IOException other ->
            new UserException(
                "%s, after line %d: cannot read on: %s".formatted(name, line, other.getMessage()),
                other);
      };
    }
  }

  private UserException damaged(IOException e) {
    return new UserException(
        "the gzip file %s is cut short or damaged after line %d: %s"
            .formatted(name, line, e.getMessage()),
        e);
  }

  /** The line on which the row begins, from 1. */
  long line() {
    return line;
  }

  /** A field of the row. */
  String field(int column) {
    return row.getField(column);
  }

  /** What to throw where a field of the row is not what it should be. */
  UserException unexpected(int column, String expected) {
    return new UserException(
        "%s, line %d, column '%s': expected %s, actual '%s'"
            .formatted(name, line, header.get(column), expected, field(column)));
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
