package dev.deployclaw.policy.model;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The policy of one tenant, or of a group that tenants name as their parent.
 *
 * @param tenant a DNS label
 * @param parent the group whose limits apply too
 * @param blocked all requests are refused; the limits are kept for the unblock
 */
public record TenantPolicy(
    String tenant,
    SortedMap<String, String> labels,
    Optional<String> parent,
    boolean blocked,
    BackendFailureMode onBackendFailure,
    List<Limit> limits) {

  public TenantPolicy {
    DnsLabel.label("tenant", tenant);
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    limits = List.copyOf(limits);
    var names = new HashSet<String>();
    limits.forEach(limit -> names.add(limit.name()));
    if (names.size() != limits.size()) {
      throw new IllegalArgumentException("tenant " + tenant + " has two limits with the same name");
    }
  }

  public TenantPolicy withLimits(List<Limit> changed) {
    return new TenantPolicy(tenant, labels, parent, blocked, onBackendFailure, changed);
  }

  public TenantPolicy withBlocked(boolean now) {
    return new TenantPolicy(tenant, labels, parent, now, onBackendFailure, limits);
  }
}
