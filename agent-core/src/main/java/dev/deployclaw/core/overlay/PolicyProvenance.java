package dev.deployclaw.core.overlay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where an epoch's policies come from: the sources, and what lies over them. Kept beside the
 * epoch's policy set, so that a rollback brings back the overlays, too. Pure.
 *
 * @param applied tenants whose policy, or whose absence, this epoch took from the sources
 * @param overlays the oldest first
 */
public record PolicyProvenance(SortedSet<String> applied, List<Overlay> overlays) {
  public static final PolicyProvenance NONE = new PolicyProvenance(new TreeSet<>(), List.of());

  /**
   * The most that one request writes of this, with what is due to be written back, in bytes: below
   * what etcd takes in a request.
   */
  public static final int MOST_BYTES = 1024 * 1024;

  private static final ObjectMapper JSON = new ObjectMapper();

  public PolicyProvenance {
    applied = Collections.unmodifiableSortedSet(new TreeSet<>(applied));
    overlays = List.copyOf(overlays);
  }

  /** From one policy set to the next, and what the sources said meanwhile. */
  public record Step(PolicySet from, PolicySet to, CollectedPolicies sources) {
    private SortedSet<String> changed() {
      var names = new TreeSet<>(from.tenants().keySet());
      names.addAll(to.tenants().keySet());
      names.removeIf(t -> from.tenant(t).equals(to.tenant(t)));
      return names;
    }

    /** Whether the next set has of a tenant what the sources say: nothing, where they have none. */
    private boolean asInSources(String tenant) {
      return to.tenant(tenant).equals(Optional.ofNullable(sources.policies().get(tenant)));
    }
  }

  /**
   * What is known of the next set, where this is known of the one before. Who is changed again is
   * under the latest overlay alone.
   */
  public PolicyProvenance after(Step step, Overlay.By by) {
    var taken = new TreeSet<String>();
    var fresh = new TreeMap<String, String>();
    for (String tenant : step.changed()) {
      if (step.asInSources(tenant)) {
        taken.add(tenant);
      } else {
        fresh.put(tenant, fingerprint(step.sources(), tenant));
      }
    }
    var before = overlays.stream().map(o -> o.only(t -> !fresh.containsKey(t))).toList();
    var all = new ArrayList<>(over(before, step));
    if (!fresh.isEmpty()) {
      all.add(new Overlay(by, fresh));
    }
    return new PolicyProvenance(taken, all);
  }

  /** The overlays on what changes: taken back by the step, not merely caught up with. */
  public List<Overlay> removed(Step step) {
    var changed = step.changed();
    return narrowed(
        overlays.stream()
            .map(o -> o.only(t -> changed.contains(t) && step.asInSources(t)))
            .toList());
  }

  /** The overlays as they stand: a source that says the same by now is under none. */
  public List<Overlay> effective(PolicySet committed, CollectedPolicies sources) {
    return over(overlays, new Step(committed, committed, sources));
  }

  private static List<Overlay> over(List<Overlay> overlays, Step step) {
    return narrowed(overlays.stream().map(o -> o.only(t -> !step.asInSources(t))).toList());
  }

  private static List<Overlay> narrowed(List<Overlay> overlays) {
    return overlays.stream().filter(o -> !o.tenants().isEmpty()).toList();
  }

  /** What an execution changed beside the sources; empty where nothing. */
  public SortedMap<String, String> by(String execution) {
    return overlays.stream()
        .filter(o -> o.by().execution().equals(execution))
        .findFirst()
        .map(Overlay::tenants)
        .orElse(Collections.emptySortedMap());
  }

  /** The overlays that an execution made, and nothing else: what is to be written back of it. */
  public PolicyProvenance of(String execution) {
    var own = overlays.stream().filter(o -> o.by().execution().equals(execution)).toList();
    return new PolicyProvenance(new TreeSet<>(), own);
  }

  /**
   * The same when an execution's change is committed: from now on it is known when its overlay
   * ends. Empty where that says nothing new.
   */
  public Optional<PolicyProvenance> committed(String execution, Instant at) {
    boolean known = true;
    var all = new ArrayList<Overlay>();
    for (var o : overlays) {
      var told = o.by().execution().equals(execution) ? o.committed(at) : Optional.<Overlay>empty();
      known &= told.isEmpty();
      all.add(told.orElse(o));
    }
    return known ? Optional.empty() : Optional.of(new PolicyProvenance(applied, all));
  }

  /** When the overlay of an execution ends; empty where it doesn't, or isn't committed yet. */
  public Optional<Instant> until(String execution) {
    return overlays.stream()
        .filter(o -> o.by().execution().equals(execution))
        .findFirst()
        .flatMap(o -> o.by().until());
  }

  /** The same without what was applied: what a rollback has of the epoch that it goes back to. */
  public PolicyProvenance withoutApplied() {
    return new PolicyProvenance(new TreeSet<>(), overlays);
  }

  /** Of what the sources say of a tenant; empty where they say nothing that holds. */
  public static String fingerprint(CollectedPolicies sources, String tenant) {
    TenantPolicy policy = sources.policies().get(tenant);
    return policy == null ? "" : CanonicalJson.sha256(PolicyYamlWriter.yaml(policy));
  }

  /** Canonical JSON. */
  public byte[] bytes() {
    return CanonicalJson.bytes(
        Map.of(
            "applied", List.copyOf(applied),
            "overlays", overlays.stream().map(PolicyProvenance::stored).toList()));
  }

  /** What {@link #bytes} wrote; nothing of bytes that aren't. */
  public static PolicyProvenance read(byte[] bytes) {
    try {
      var json = JSON.readTree(bytes);
      var applied = new TreeSet<String>();
      json.path("applied").forEach(t -> applied.add(t.asText()));
      var overlays = new ArrayList<Overlay>();
      json.path("overlays").forEach(o -> overlays.add(overlay(o)));
      return new PolicyProvenance(applied, overlays);
    } catch (IOException e) {
      return NONE;
    }
  }

  private static Map<String, Object> stored(Overlay o) {
    var out = new TreeMap<String, Object>();
    out.put("execution", o.by().execution());
    out.put("author", o.by().author());
    out.put("at_ms", o.by().atMillis());
    out.put("reason", o.by().reason());
    out.put("tenants", o.tenants());
    o.by().end().ifPresent(end -> stored(end, out));
    return out;
  }

  private static void stored(Overlay.End end, Map<String, Object> out) {
    switch (end) {
      case Overlay.End.At(long millis) -> out.put("until_ms", millis);
      case Overlay.End.AfterCommit(var lasts) -> out.put("lasts_ms", lasts.toMillis());
    }
  }

  private static Optional<Overlay.End> end(JsonNode json) {
    if (json.path("until_ms").isNumber()) {
      return Optional.of(new Overlay.End.At(json.path("until_ms").asLong()));
    }
    return Optional.of(json.path("lasts_ms"))
        .filter(JsonNode::isNumber)
        .map(lasts -> new Overlay.End.AfterCommit(Duration.ofMillis(lasts.asLong())));
  }

  private static Overlay overlay(JsonNode json) {
    var tenants = new TreeMap<String, String>();
    json.path("tenants").properties().forEach(e -> tenants.put(e.getKey(), e.getValue().asText()));
    var by =
        new Overlay.By(
            json.path("execution").asText(),
            json.path("author").asText(),
            json.path("at_ms").asLong(),
            json.path("reason").asText(),
            end(json));
    return new Overlay(by, tenants);
  }
}
