package dev.deployclaw.skills.plugin;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was seen of one thing. It goes into the execution log as it is: no secrets.
 *
 * @param member what was looked at, for example {@code statuspage/checkout}
 * @param reason why it isn't {@link State#FINE}; else empty
 * @param facts what was seen or measured; units belong in the names
 */
public record Sight(String member, State state, String reason, SortedMap<String, String> facts) {
  public Sight {
    facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
  }

  /** How it stands. */
  public enum State {
    /** As it should be. */
    FINE,
    /** Not as it should be. */
    WRONG,
    /** It didn't answer. */
    UNKNOWN,
    /** There is nothing to look at. */
    SKIPPED
  }

  public static Sight fine(String member, Map<String, String> facts) {
    return new Sight(member, State.FINE, "", new TreeMap<>(facts));
  }

  public static Sight wrong(String member, String reason) {
    return new Sight(member, State.WRONG, reason, new TreeMap<>());
  }

  public static Sight unknown(String member, String reason) {
    return new Sight(member, State.UNKNOWN, reason, new TreeMap<>());
  }
}
