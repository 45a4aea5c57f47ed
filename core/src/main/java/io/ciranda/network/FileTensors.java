package io.ciranda.network;

import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.memory.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tensors of a file by all the names that they have, and which of them have found a use. Reads
 * no data.
 */
final class FileTensors {
  private final SafetensorsFile file;
  private final Map<String, String> sources = new LinkedHashMap<>(); // name -> name in the file
  private final Set<String> unused;

  FileTensors(SafetensorsFile file) {
    this.file = file;
    this.unused = new LinkedHashSet<>(file.names());
    file.names().forEach(name -> sources.put(name, name));
    // What safetensors' save_model leaves of a tensor that has two names.
    file.metadata().forEach(this::alias);
  }

  /** Gives a tensor of the file one more name; nothing where there is no such tensor. */
  void alias(String name, String source) {
    if (file.names().contains(source)) {
      sources.putIfAbsent(name, source);
    }
  }

  Set<String> names() {
    return Collections.unmodifiableSet(sources.keySet());
  }

  boolean has(String name) {
    return sources.containsKey(name);
  }

  /** What no {@link #use} has named. */
  Set<String> unused() {
    return Collections.unmodifiableSet(unused);
  }

  int[] shape(String name) throws ModelFileException {
    return file.shape(sources.getOrDefault(name, name));
  }

  /** Whether it has rows and columns, at least one of each. */
  boolean isMatrix(String name) throws ModelFileException {
    int[] shape = shape(name);
    return shape.length == 2 && shape[0] > 0 && shape[1] > 0;
  }

  /** The shape of a matrix of the given meaning. */
  int[] matrix(String name, String expected) throws ModelFileException {
    if (!isMatrix(name)) {
      throw bad(name, expected);
    }
    return shape(name);
  }

  /**
   * The name under which a tensor is read.
   *
   * @param why what demands the shape, for the message
   */
  String use(String name, String why, int... expected) throws ModelFileException {
    if (!Arrays.equals(shape(name), expected)) {
      throw bad(name, Shape.text(expected) + ", " + why);
    }
    String source = sources.get(name);
    unused.remove(source);
    return source;
  }

  /** {@code rnn.weight_hh_l0 [68][17]}. */
  String described(String name) throws ModelFileException {
    return name + " " + Shape.text(shape(name));
  }

  /** The same of several, as many as fit in a message. */
  String described(Collection<String> names) throws ModelFileException {
    var described = new ArrayList<String>();
    for (String name : names) {
      described.add(described(name));
    }
    return some(described);
  }

  /** {@code a, b, c}, as many as fit in a message. */
  static String some(Collection<String> texts) {
    int shown = 20;
    return texts.stream().limit(shown).collect(Collectors.joining(", "))
        + (texts.size() > shown ? ", and " + (texts.size() - shown) + " more" : "");
  }

  /** The tensor is not what it should be. */
  ModelFileException bad(String name, String expected) throws ModelFileException {
    return bad(
        "tensor '%s': expected %s, actual %s".formatted(name, expected, Shape.text(shape(name))));
  }

  /** The file is not what it should be. */
  ModelFileException bad(String problem) {
    return new ModelFileException(file.path(), problem);
  }
}
