package dev.deployclaw.container.query;

import dev.deployclaw.core.service.HeldPlan;
import dev.deployclaw.policy.json.CanonicalJson;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Exactly what somebody approves, for JSON. Its {@code shown} is a hash over all of it: who sends
 * that back approves what was on the screen, and nothing that took its place since.
 */
public final class HoldDocument {
  /** Of a long list the rest is a number; the hash covers all. */
  private static final int MOST_CHANGES = 1000;

  private HoldDocument() {}

  public static Map<String, Object> of(HeldPlan held) {
    var out = new LinkedHashMap<>(approved(held));
    int all = held.changes().size();
    out.put("changes", held.changes().stream().limit(MOST_CHANGES).toList());
    out.put("more", Math.max(0, all - MOST_CHANGES));
    out.put("shown", shown(held));
    return out;
  }

  /** The hash of what is to be seen of it. */
  public static String shown(HeldPlan held) {
    var all = new TreeMap<>(approved(held));
    all.put("changes", held.changes());
    return CanonicalJson.sha256(CanonicalJson.bytes(all));
  }

  private static Map<String, Object> approved(HeldPlan held) {
    var waiting = held.waiting();
    var terms = held.terms();
    var base = new LinkedHashMap<String, Object>();
    terms.baseEpoch().ifPresent(epoch -> base.put("epoch", epoch));
    base.put("revision", terms.baseRevision());
    base.put("current", terms.current());
    var out = new LinkedHashMap<String, Object>();
    out.put("execution_id", waiting.id());
    out.put("requester", waiting.requester());
    out.put("why", waiting.why());
    out.put("plan", waiting.planHash());
    terms.checkpoint().ifPresent(sha256 -> out.put("checkpoint", sha256));
    out.put("base", base);
    terms
        .untilMillis()
        .ifPresent(until -> out.put("expires_at", Instant.ofEpochMilli(until).toString()));
    return out;
  }
}
