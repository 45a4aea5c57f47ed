package io.ciranda.network;

import io.ciranda.io.ModelFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a matrix beside the recurrent layers may be, and what speaks for it. */
enum Role {
  /** {@code nn.Embedding}, which never has a bias. */
  EMBEDDING("emb.*|encoder|wte|tok|tokens?|lookup"),
  /** {@code nn.Linear}. */
  LINEAR("linear|lin|fc|dense|out|output|decoder|head|proj|projection|classifier|logits");

  private static final String WEIGHT = ".weight";
  private static final Pattern CAMEL = Pattern.compile("(?<=[a-z])(?=[A-Z])");
  private static final Pattern NO_LETTERS = Pattern.compile("[^a-z]+");

  private final Pattern words;

  Role(String words) {
    this.words = Pattern.compile(words);
  }

  /** In messages. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The name of the bias that would belong to a matrix, or null where its name tells none. */
  static String bias(String matrix) {
    return matrix.endsWith(WEIGHT)
        ? matrix.substring(0, matrix.length() - WEIGHT.length()) + ".bias"
        : null;
  }

  /**
   * The matrices that may have this role, only those for which most speaks.
   *
   * @param columns that they must have
   * @param taken a matrix that has the other role, or null
   */
  List<String> candidates(FileTensors tensors, int columns, String taken)
      throws ModelFileException {
    var best = new ArrayList<String>();
    int most = 0;
    for (String name : tensors.names()) {
      if (name.endsWith(WEIGHT)
          && !name.equals(taken)
          && tensors.isMatrix(name)
          && tensors.shape(name)[1] == columns) {
        int evidence = evidence(name, tensors.has(bias(name)));
        if (evidence > most) {
          best.clear();
          most = evidence;
        }
        if (evidence == most && evidence > 0) {
          best.add(name);
        }
      }
    }
    return best;
  }

  /** 0 where something speaks against it. */
  private int evidence(String name, boolean biased) {
    Role told = ofName(name);
    return switch (this) {
      case EMBEDDING -> biased || told == LINEAR ? 0 : told == EMBEDDING ? 2 : 1;
      case LINEAR -> told == LINEAR ? 3 : biased ? 2 : told == EMBEDDING ? 0 : 1;
    };
  }

  /** What the last telling word of a name says; null where there is none. */
  private static Role ofName(String name) {
    String path = name.substring(0, name.length() - WEIGHT.length());
    String separated = CAMEL.matcher(path).replaceAll("_").toLowerCase(Locale.ROOT);
    for (String word : Arrays.asList(NO_LETTERS.split(separated)).reversed()) {
      for (Role role : values()) {
        if (role.words.matcher(word).matches()) {
          return role;
        }
      }
    }
    return null;
  }
}
