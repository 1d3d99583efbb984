package dev.deployclaw.policy.imports;

import java.util.List;

/** Words of reports. */
public final class NamePhrases {
  private static final int MOST_NAMED = 8;

  private NamePhrases() {}

  /** The first few of many. */
  public static String some(List<String> names) {
    String first = String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())));
    return names.size() > MOST_NAMED
        ? first + " and " + (names.size() - MOST_NAMED) + " more"
        : first;
  }
}
