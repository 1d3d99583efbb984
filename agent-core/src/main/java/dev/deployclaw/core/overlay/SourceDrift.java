package dev.deployclaw.core.overlay;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.parse.PolicyOrigin;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * How the sources stand to what is committed, which is the truth about limits.
 *
 * @param overlays what requests changed, and the sources don't say
 * @param unapplied where sources say something else, and no request did: they were edited since
 * @param expired the overlays whose time is over
 */
public record SourceDrift(List<Overlay> overlays, List<String> unapplied, List<Overlay> expired) {
  public static final SourceDrift NOTHING = new SourceDrift(List.of(), List.of(), List.of());

  public SourceDrift {
    overlays = List.copyOf(overlays);
    unapplied = List.copyOf(unapplied);
    expired = List.copyOf(expired);
  }

  /** The same at a moment, at which some overlays' time may be over. */
  public SourceDrift at(Instant now) {
    return new SourceDrift(
        overlays, unapplied, overlays.stream().filter(o -> o.expired(now)).toList());
  }

  public static SourceDrift of(
      PolicySet committed, PolicyProvenance provenance, CollectedPolicies sources) {
    if (committed.tenants().isEmpty()) {
      return NOTHING;
    }
    var overlays = provenance.effective(committed, sources);
    var overlaid = new TreeSet<String>();
    overlays.forEach(o -> overlaid.addAll(o.tenants().keySet()));
    var unapplied =
        sources.policies().entrySet().stream()
            .filter(e -> !overlaid.contains(e.getKey()))
            .filter(e -> !committed.tenant(e.getKey()).equals(Optional.of(e.getValue())))
            .map(e -> e.getKey() + ": " + where(sources, e.getKey()) + " says something else")
            .toList();
    return new SourceDrift(overlays, unapplied, List.of());
  }

  /** The same, with so many of each at most: for a record, which has a bound. */
  public SourceDrift atMost(int most) {
    return new SourceDrift(
        overlays.stream().limit(most).map(o -> o.atMost(most)).toList(),
        unapplied.stream().limit(most).toList(),
        expired.stream().limit(most).map(o -> o.atMost(most)).toList());
  }

  /** For JSON documents. */
  public Map<String, Object> toMap() {
    return Map.of(
        "overlays", overlays.stream().map(Overlay::toMap).toList(),
        "unapplied", unapplied,
        "expired", expired.stream().map(Overlay::toMap).toList());
  }

  private static String where(CollectedPolicies sources, String tenant) {
    return sources.origin(tenant).map(PolicyOrigin::source).orElse("its source");
  }
}
