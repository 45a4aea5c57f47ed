package io.ciranda.samples.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/**
 * What was built, as the build wrote it into {@code build.properties}, and the Java that runs it.
 */
public final class Version implements IVersionProvider {
  private static final Properties BUILD = load();

  /** The project's version, such as {@code 0.1.0}. */
  public static String project() {
    return BUILD.getProperty("version");
  }

  /** The commit that was built, or an empty string where the build was not told. */
  public static String commit() {
    return BUILD.getProperty("commit");
  }

  /** The running Java: version, vendor and virtual machine. */
  public static String java() {
    return "%s (%s, %s)"
        .formatted(
            Runtime.version(),
            System.getProperty("java.vendor"),
            System.getProperty("java.vm.name"));
  }

  @Override
  public String[] getVersion() {
    String commit = commit().isEmpty() ? "" : " (commit " + commit() + ")";
    return new String[] {"ciranda " + project() + commit, "Java " + java()};
  }

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("build.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
