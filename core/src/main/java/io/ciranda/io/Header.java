package io.ciranda.io;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The JSON header of a safetensors file, both ways: {@code {"__metadata__": {text: text}, name:
 * {"dtype": ..., "shape": [...], "data_offsets": [begin, end]}}}.
 */
final class Header {
  /** The eight bytes that say how long the header is. */
  static final int PREFIX = Long.BYTES;

  /** The reference implementation's limit. */
  static final int MAX_BYTES = 100_000_000;

  static final String METADATA = "__metadata__";

  /** PyTorch's limit. */
  private static final int MAX_RANK = 64;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          // The format is UTF-8; a header that happens to look like UTF-16 is an error.
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          // Names of a hostile file would stay in the JVM's table of strings.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(3)
                  .maxNumberLength(20)
                  .maxNameLength(1024)
                  .maxStringLength(MAX_BYTES)
                  .build())
          .build();

  /** One tensor: its type, its shape, and its bytes {@code [begin, end)} within the data. */
  static final class Entry {
    final DType dtype;
    final int[] shape;
    final long begin;
    final long end;

    Entry(DType dtype, int[] shape, long begin, long end) {
      this.dtype = dtype;
      this.shape = shape;
      this.begin = begin;
      this.end = end;
    }

    /** The same tensor elsewhere in the data. */
    Entry movedTo(long newBegin) {
      return new Entry(dtype, shape, newBegin, newBegin + end - begin);
    }

    long begin() {
      return begin;
    }

    long end() {
      return end;
    }
  }

  final Map<String, String> metadata;
  final SequencedMap<String, Entry> tensors;

  private Header(Map<String, String> metadata, SequencedMap<String, Entry> tensors) {
    this.metadata = Collections.unmodifiableMap(metadata);
    this.tensors = Collections.unmodifiableSequencedMap(tensors);
  }

  /** The header's bytes, padded with spaces so that the data starts at a multiple of eight. */
  static byte[] encode(Map<String, String> metadata, Map<String, Entry> tensors)
      throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(METADATA);
        for (var entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      for (var tensor : tensors.entrySet()) {
        Entry entry = tensor.getValue();
        json.writeObjectFieldStart(tensor.getKey());
        json.writeStringField("dtype", entry.dtype.name());
        json.writeFieldName("shape");
        json.writeArray(entry.shape, 0, entry.shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {entry.begin, entry.end}, 0, 2);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    int padded = Math.ceilDiv(bytes.size(), Long.BYTES) * Long.BYTES;
    bytes.writeBytes(" ".repeat(padded - bytes.size()).getBytes(StandardCharsets.US_ASCII));
    return bytes.toByteArray();
  }

  /**
   * Reads a header.
   *
   * @param dataBytes how many bytes follow the header in the file
   * @throws ModelFileException unless the tensors lie one after another and fill the data exactly
   */
  static Header parse(Path file, byte[] bytes, long dataBytes) throws IOException {
    if (bytes.length > MAX_BYTES) {
      throw new ModelFileException(
          file,
          "expected a header of at most %d bytes, actual %d".formatted(MAX_BYTES, bytes.length));
    }
    requireUtf8(file, bytes);
    try (var json = JSON.createParser(bytes)) {
      try {
        Header header = new Parser(file, json, PREFIX + bytes.length).header();
        header.requireTiling(file, PREFIX + bytes.length, dataBytes);
        return header;
      } catch (JacksonException e) {
        var exception =
            new ModelFileException(
                file,
                PREFIX + json.currentLocation().getByteOffset(),
                "the header is not the JSON it should be: " + e.getOriginalMessage());
        exception.initCause(e);
        throw exception;
      }
    }
  }

  /** The parser lets overlong forms and encoded surrogates through; the JDK's decoder does not. */
  private static void requireUtf8(Path file, byte[] bytes) throws ModelFileException {
    var decoder = StandardCharsets.UTF_8.newDecoder();
    var in = ByteBuffer.wrap(bytes);
    var discarded = CharBuffer.allocate(8192);
    CoderResult result;
    do {
      result = decoder.decode(in, discarded.clear(), true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw new ModelFileException(
          file, (long) PREFIX + in.position(), "expected a header in UTF-8, actual bytes are not");
    }
  }

  /** As the format demands: no byte of the data belongs to two tensors or to none. */
  private void requireTiling(Path file, long dataStart, long dataBytes) throws ModelFileException {
    List<Map.Entry<String, Entry>> inOrder = new ArrayList<>(tensors.entrySet());
    inOrder.sort(
        Map.Entry.comparingByValue(
            Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)));
    long end = 0;
    for (var tensor : inOrder) {
      Entry entry = tensor.getValue();
      if (entry.end > dataBytes) {
        throw new ModelFileException(
            file,
            tensor.getKey(),
            dataStart + entry.begin,
            "expected %d bytes of data in the file for its data_offsets [%d, %d], actual %d; the file is cut short or damaged"
                .formatted(entry.end, entry.begin, entry.end, dataBytes));
      }
      if (entry.begin != end) {
        throw new ModelFileException(
            file,
            tensor.getKey(),
            dataStart + entry.begin,
            "expected data_offsets to begin at %d, where the tensor before ends, actual %d (%s)"
                .formatted(end, entry.begin, entry.begin < end ? "they overlap" : "a hole"));
      }
      end = entry.end;
    }
    if (end != dataBytes) {
      throw new ModelFileException(
          file,
          dataStart + end,
          "expected the end of the file, actual %d more bytes that belong to no tensor"
              .formatted(dataBytes - end));
    }
  }

  /** Walks the tokens; every method finds the parser on the token that it is about. */
  private record Parser(Path file, JsonParser json, long dataStart) {

    Header header() throws IOException {
      json.nextToken();
      require(JsonToken.START_OBJECT, "a JSON object as header");
      Map<String, String> metadata = Map.of();
      var tensors = new LinkedHashMap<String, Entry>();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        if (name.isEmpty()) {
          throw here("expected a tensor's name, actual is empty");
        }
        json.nextToken();
        if (name.equals(METADATA)) {
          metadata = metadata();
        } else {
          tensors.put(name, entry(name));
        }
      }
      if (json.nextToken() != null) {
        throw here("expected nothing but spaces after the header's object, actual " + actual());
      }
      return new Header(metadata, tensors);
    }

    private Map<String, String> metadata() throws IOException {
      require(JsonToken.START_OBJECT, "an object of strings as " + METADATA);
      var metadata = new LinkedHashMap<String, String>();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String key = json.currentName();
        json.nextToken();
        require(JsonToken.VALUE_STRING, "a string as metadata '" + key + "'");
        metadata.put(key, json.getText());
      }
      return metadata;
    }

    private Entry entry(String name) throws IOException {
      require(JsonToken.START_OBJECT, "an object that describes tensor '" + name + "'");
      DType dtype = null;
      long[] shape = null;
      long[] offsets = null;
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "dtype" -> dtype = dtype(name);
          case "shape" -> shape = naturals(name, field, MAX_RANK);
          case "data_offsets" -> offsets = naturals(name, field, 2);
          default ->
              throw here(
                  "tensor '%s': expected dtype, shape and data_offsets, actual field '%s'"
                      .formatted(name, field));
        }
      }
      if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
        throw here(
            "tensor '%s': expected dtype, shape and two data_offsets, actual %s, %s and %s"
                .formatted(name, dtype, Arrays.toString(shape), Arrays.toString(offsets)));
      }
      return entry(name, dtype, shape, offsets[0], offsets[1]);
    }

    private Entry entry(String name, DType dtype, long[] shape, long begin, long end)
        throws ModelFileException {
      String claim = dtype + " " + Arrays.toString(shape);
      int[] dims = new int[shape.length];
      long bytes = dtype.bytes();
      try {
        for (int i = 0; i < dims.length; i++) {
          dims[i] = Math.toIntExact(shape[i]);
          bytes = Math.multiplyExact(bytes, shape[i]);
        }
      } catch (ArithmeticException e) {
        throw here("tensor '%s': %s is too large for any file".formatted(name, claim));
      }
      if (end - begin != bytes) {
        throw here(
            "tensor '%s': expected %d bytes for %s, actual %d from data_offsets [%d, %d]"
                .formatted(name, bytes, claim, end - begin, begin, end));
      }
      if (end > Long.MAX_VALUE - dataStart) {
        throw here(
            "tensor '%s': data_offsets [%d, %d] are too large for any file"
                .formatted(name, begin, end));
      }
      return new Entry(dtype, dims, begin, end);
    }

    private DType dtype(String name) throws IOException {
      require(JsonToken.VALUE_STRING, "a string as dtype of tensor '" + name + "'");
      String text = json.getText();
      for (DType dtype : DType.values()) {
        if (dtype.name().equals(text)) {
          return dtype;
        }
      }
      throw here(
          "tensor '%s': expected a dtype of %s, actual %s"
              .formatted(name, Arrays.toString(DType.values()), actual()));
    }

    private long[] naturals(String name, String field, int limit) throws IOException {
      require(JsonToken.START_ARRAY, "an array as " + field + " of tensor '" + name + "'");
      long[] values = new long[limit];
      int n = 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        require(JsonToken.VALUE_NUMBER_INT, "whole numbers as " + field + " of '" + name + "'");
        if (n == limit) {
          throw here(
              "tensor '%s': expected at most %d numbers as %s, actual more"
                  .formatted(name, limit, field));
        }
        long value = json.getLongValue();
        if (value < 0) {
          throw here(
              "tensor '%s': expected no negative numbers as %s, actual %d"
                  .formatted(name, field, value));
        }
        values[n++] = value;
      }
      return Arrays.copyOf(values, n);
    }

    private void require(JsonToken token, String expected) throws IOException {
      if (json.currentToken() != token) {
        throw here("expected " + expected + ", actual " + actual());
      }
    }

    /** The current token, as much of it as fits in a message. */
    private String actual() throws IOException {
      if (json.currentToken() == null) {
        return "the end of the header";
      }
      String text = json.getText();
      return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    private ModelFileException here(String problem) {
      return new ModelFileException(
          file, PREFIX + json.currentTokenLocation().getByteOffset(), problem);
    }
  }
}
