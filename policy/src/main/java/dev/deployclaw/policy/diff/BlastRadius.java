package dev.deployclaw.policy.diff;

import dev.deployclaw.policy.json.RecordJson;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Whom a change reaches.
 *
 * @param tenants that change, and those in groups that change
 * @param limits that come, go or change, as {@code tenant/limit}
 * @param services named by those limits; {@code *} where one covers all services
 * @param gateways whose routing or identity changes
 */
public record BlastRadius(
    SortedSet<String> tenants,
    SortedSet<String> limits,
    SortedSet<String> services,
    SortedSet<String> gateways) {
  public BlastRadius {
    tenants = Collections.unmodifiableSortedSet(new TreeSet<>(tenants));
    limits = Collections.unmodifiableSortedSet(new TreeSet<>(limits));
    services = Collections.unmodifiableSortedSet(new TreeSet<>(services));
    gateways = Collections.unmodifiableSortedSet(new TreeSet<>(gateways));
  }

  /** For JSON documents. */
  public Map<String, Object> toMap() {
    return RecordJson.map(this);
  }
}
