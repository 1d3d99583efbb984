package dev.deployclaw.policy;

import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All tenants' policies and all gateways' routing at one epoch: what is staged, voted on, committed
 * and enforced as a whole. Equal sets have equal bytes and so equal digests; the epoch isn't part
 * of it. Immutable.
 *
 * @param tenants by name, groups included
 * @param gateways by name
 * @param probeKey the Ed25519 public key (X.509, base64) that verifies probe tokens; empty for none
 */
public record PolicySet(
    SortedMap<String, TenantPolicy> tenants, SortedMap<String, Gateway> gateways, String probeKey) {

  /** A tenant has at most so many groups above it; validation refuses more. */
  public static final int MOST_GROUPS = 32;

  public static final PolicySet EMPTY = new PolicySet(new TreeMap<>(), new TreeMap<>(), "");

  public PolicySet {
    tenants = Collections.unmodifiableSortedMap(new TreeMap<>(tenants));
    gateways = Collections.unmodifiableSortedMap(new TreeMap<>(gateways));
  }

  public static PolicySet of(
      Collection<TenantPolicy> tenants, Collection<Gateway> gateways, String probeKey) {
    var byTenant = new TreeMap<String, TenantPolicy>();
    tenants.forEach(t -> byTenant.put(t.tenant(), t));
    var byGateway = new TreeMap<String, Gateway>();
    gateways.forEach(g -> byGateway.put(g.name(), g));
    return new PolicySet(byTenant, byGateway, probeKey);
  }

  /**
   * The set that {@link #bytes()} wrote.
   *
   * @throws IllegalArgumentException when the bytes aren't exactly what some set encodes to: a key
   *     missing, unknown or out of order, a value out of range, a space too many. The message says
   *     where.
   */
  public static PolicySet parse(byte[] canonicalBytes) {
    return PolicySetDecoder.read(canonicalBytes);
  }

  public Optional<TenantPolicy> tenant(String name) {
    return Optional.ofNullable(tenants.get(name));
  }

  /**
   * The topmost group of a tenant, itself where it has no parent: the hash tag of all its keys. Of
   * a tenant in a cycle, or with too many groups above it, it is the tenant (validation reports
   * both).
   */
  public String root(String tenant) {
    String at = tenant;
    for (int hops = 0; hops <= MOST_GROUPS; hops++) {
      var parent = tenant(at).flatMap(TenantPolicy::parent);
      if (parent.isEmpty()) {
        return at;
      }
      at = parent.get();
    }
    return tenant;
  }

  /** This set with other tenants; routing and key stay. */
  public PolicySet withTenants(Collection<TenantPolicy> changed) {
    return of(changed, gateways.values(), probeKey);
  }

  /** The canonical bytes. Encoding is linear in the set; keep the result, don't call it twice. */
  public byte[] bytes() {
    return PolicySetEncoder.encode(this);
  }

  /** SHA-256 of {@link #bytes()} in hex. */
  public String digest() {
    return PolicySetEncoder.digest(this);
  }
}
