package dev.deployclaw.container.monitor;

import dev.deployclaw.core.change.probe.HeartbeatReport.State;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How an enforcement point stands.
 *
 * @param state as last seen; while a change moves it, what it was before
 * @param since when this state was first seen
 * @param micros of its last good answer
 * @param denied whether its state is unknown since this agent may not see it
 */
public record EnforcementPointStatus(
    String member,
    String namespace,
    State state,
    String reason,
    Instant since,
    long micros,
    boolean denied) {

  /** For JSON and metrics. */
  public String word() {
    return state.name().toLowerCase(Locale.ROOT);
  }

  Map<String, Object> toMap() {
    var out = new TreeMap<String, Object>();
    out.put("point", member);
    out.put("state", word());
    out.put("since", since.toString());
    out.put("micros", micros);
    if (denied) {
      out.put("denied", true);
    }
    if (!reason.isEmpty()) {
      out.put("reason", reason);
    }
    return out;
  }
}
