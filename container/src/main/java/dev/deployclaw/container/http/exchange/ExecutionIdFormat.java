package dev.deployclaw.container.http.exchange;

import java.util.regex.Pattern;

/** Executions' ids as they come in paths. */
public final class ExecutionIdFormat {
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,127}");
  private static final int MOST_SHOWN = 128;

  private ExecutionIdFormat() {}

  /** Whether it could be one: nothing else may become a file's name. */
  public static boolean fits(String id) {
    return FORM.matcher(id).matches();
  }

  /** For messages; JSON escapes the rest. */
  public static String shown(String id) {
    return id.length() <= MOST_SHOWN ? id : id.substring(0, MOST_SHOWN) + "…";
  }
}
