package dev.deployclaw.core.compile;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.deployclaw.core.machine.RolloutPlan;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.diff.PolicyDiff;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.model.CounterKeyPart;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is about to be done: immutable, ordered, and bound to what it stands on. The same intent on
 * the same state has the same hash; what was measured on the way is not part of it.
 *
 * @param diff from the committed set to the target
 * @param findings of the checks, the worst first
 * @param warnings what was left as it is although it was asked for, or done beyond it
 * @param overlays which changes by request come and go over the sources
 * @param rollout by which cohorts it reaches all tenants
 */
public record ChangePlan(
    Intent intent,
    Ground base,
    PolicySet target,
    String targetDigest,
    List<Step> steps,
    PolicyDiff diff,
    List<PolicyFinding> findings,
    List<String> warnings,
    Overlaid overlays,
    RolloutPlan rollout) {
  public ChangePlan {
    steps = List.copyOf(steps);
    findings = List.copyOf(findings);
    warnings = List.copyOf(warnings);
  }

  /**
   * What it stands on.
   *
   * @param revision of {@code active}; 0 before the first change
   */
  public record Ground(long epoch, String digest, long revision) {}

  /**
   * What comes to lie over the sources, and what no longer would.
   *
   * @param added tenants that the request changes, each with the document that says otherwise;
   *     empty where none defines it
   * @param removed overlays that applying the sources takes back
   */
  public record Overlaid(SortedMap<String, String> added, List<Overlay> removed) {
    public static final Overlaid NOTHING = new Overlaid(new TreeMap<>(), List.of());

    public Overlaid {
      added = Collections.unmodifiableSortedMap(new TreeMap<>(added));
      removed = List.copyOf(removed);
    }

    /** The same, with so many of each at most: for a record, which has a bound. */
    public Overlaid atMost(int most) {
      var some = new TreeMap<String, String>();
      added.entrySet().stream().limit(most).forEach(e -> some.put(e.getKey(), e.getValue()));
      return new Overlaid(some, removed.stream().limit(most).map(o -> o.atMost(most)).toList());
    }

    /** For JSON documents. */
    public Map<String, Object> toMap() {
      return Map.of("added", added, "removed", removed.stream().map(Overlay::toMap).toList());
    }
  }

  /** One intended act of a procedure. */
  public record Step(
      @JsonProperty("step") int number, String id, String action, List<String> operations) {
    public Step {
      operations = List.copyOf(operations);
    }
  }

  /** Findings about what it changes and about the estate; the rest is about other tenants. */
  public List<PolicyFinding> ownFindings() {
    Set<String> tenants = diff.blastRadius().tenants();
    return findings.stream().filter(f -> f.tenant().map(tenants::contains).orElse(true)).toList();
  }

  /** For people: how many findings are about other tenants; empty for none. */
  public Optional<String> otherFindings() {
    int others = findings.size() - ownFindings().size();
    return Optional.of(others + " about other tenants: deployclaw validate")
        .filter(_ -> others > 0);
  }

  public boolean changesNothing() {
    return targetDigest.equals(base.digest());
  }

  /** SHA-256 of the canonical form: what an approval signs. */
  public String hash() {
    return CanonicalJson.sha256(CanonicalJson.bytes(signed()));
  }

  /** For JSON documents: {@code hash}, {@code base}, {@code steps}, and a {@code rollout}. */
  public Map<String, Object> toMap() {
    var out = new TreeMap<String, Object>();
    out.put("hash", hash());
    out.put("base", RecordJson.map(base));
    out.put("steps", stepMaps());
    if (!rollout.equals(RolloutPlan.AT_ONCE)) {
      out.put("rollout", rollout.toMap());
    }
    return out;
  }

  private Map<String, Object> signed() {
    var out = new TreeMap<String, Object>();
    out.put("operation", intent.operation().word());
    out.put("changes", intent.changes().stream().map(ChangePlan::change).toList());
    out.put("base", RecordJson.map(base));
    out.put("target_digest", targetDigest);
    out.put("steps", stepMaps());
    if (!rollout.equals(RolloutPlan.AT_ONCE)) {
      out.put("rollout", rollout.toMap());
    }
    return out;
  }

  private List<Map<String, Object>> stepMaps() {
    return steps.stream().map(RecordJson::map).toList();
  }

  private static Map<String, Object> change(RequestedChange c) {
    var out = new TreeMap<String, Object>();
    out.put("tenants", c.who().tenants());
    out.put("labels", c.who().labels());
    out.put("all", c.who().all());
    out.put("except", c.who().except());
    c.service().ifPresent(s -> out.put("service", s));
    c.route().ifPresent(s -> out.put("route", s));
    c.method().ifPresent(s -> out.put("method", s));
    c.limit().ifPresent(s -> out.put("limit", s));
    c.limitWindowSeconds().ifPresent(w -> out.put("limit_window_s", w));
    c.operation().ifPresent(o -> out.put("operation", o.word()));
    c.scale().ifPresent(s -> out.put("scale", s.toPlainString()));
    c.from().ifPresent(s -> out.put("from", s));
    var set = c.set();
    set.requests().ifPresent(v -> out.put("requests", v));
    set.windowSeconds().ifPresent(v -> out.put("window_s", v));
    set.burst().ifPresent(v -> out.put("burst", v));
    set.algorithm().ifPresent(v -> out.put("algorithm", v.word()));
    set.mode().ifPresent(v -> out.put("mode", v.word()));
    set.onBackendFailure().ifPresent(v -> out.put("on_backend_failure", v.word()));
    set.key().ifPresent(v -> out.put("key", v.stream().map(CounterKeyPart::word).toList()));
    return out;
  }
}
