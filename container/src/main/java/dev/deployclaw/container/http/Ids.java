package dev.deployclaw.container.http;

import java.util.regex.Pattern;

/** Executions' ids as they come in paths. */
final class Ids {
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,127}");
  private static final int MOST_SHOWN = 128;

  private Ids() {}

  /** Whether it could be one: nothing else may become a file's name. */
  static boolean fits(String id) {
    return FORM.matcher(id).matches();
  }

  /** For messages; JSON escapes the rest. */
  static String shown(String id) {
    return id.length() <= MOST_SHOWN ? id : id.substring(0, MOST_SHOWN) + "…";
  }
}
