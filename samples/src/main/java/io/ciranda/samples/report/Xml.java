package io.ciranda.samples.report;

/** What a text has to be within an XML document. */
public final class Xml {
  private Xml() {}

  /** A text as it stands between tags. Control characters are not allowed in XML at all. */
  public static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replaceAll("\\p{Cc}", "\uFFFD");
  }
}
