package io.ciranda.io;

/**
 * The two keys of metadata that every model of this library has: of which kind it is, and in which
 * version of the format it was written. One number counts for all kinds; core/FORMAT.md specifies
 * them and says when it rises.
 */
public final class ModelFormat {
  /** The version that is written. */
  public static final int VERSION = 1;

  private static final String KIND = "ciranda.model";
  private static final String FORMAT = "ciranda.format";

  private ModelFormat() {}

  /** Says in a file to be what it is. */
  public static SafetensorsWriter declare(SafetensorsWriter writer, String kind) {
    return writer.metadata(FORMAT, Integer.toString(VERSION)).metadata(KIND, kind);
  }

  /** The kind of model that a file holds; empty where it is none of this library. */
  public static String kind(SafetensorsFile in) {
    return in.metadata().getOrDefault(KIND, "");
  }

  /**
   * Throws unless a file can be read as a model of that kind.
   *
   * @throws ModelFileException if it is of another kind or a newer version
   */
  public static void require(SafetensorsFile in, String kind) throws ModelFileException {
    String actual = kind(in);
    if (!kind.equals(actual)) {
      throw new ModelFileException(
          in.path(),
          "expected a %s, actual %s"
              .formatted(
                  kind,
                  actual.isEmpty()
                      ? "no model of this library: metadata '%s' is missing".formatted(KIND)
                      : "a %s: load it as what it is".formatted(actual)));
    }
    String format = in.metadata(FORMAT);
    if (!format.equals(Integer.toString(VERSION))) {
      throw new ModelFileException(
          in.path(),
          "expected format %d, actual %s: it was written by another version of this library; use that one or a newer"
              .formatted(VERSION, format));
    }
  }
}
