package dev.deployclaw.policy.diff;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.match.TenantHierarchy;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What differs between two policy sets. Empty exactly when their digests are equal, but for the
 * order of a tenant's limits, which has no effect.
 *
 * @param differences by tenant, then limit, then field in the order of a document; gateways last
 */
public record PolicyDiff(List<FieldDifference> differences, BlastRadius blastRadius) {
  public PolicyDiff {
    differences = List.copyOf(differences);
  }

  public static PolicyDiff between(PolicySet from, PolicySet to) {
    var all = new ArrayList<FieldDifference>();
    for (String tenant : names(from.tenants(), to.tenants())) {
      all.addAll(tenant(tenant, from.tenant(tenant), to.tenant(tenant)));
    }
    for (String gateway : names(from.gateways(), to.gateways())) {
      var before = Optional.ofNullable(from.gateways().get(gateway));
      var after = Optional.ofNullable(to.gateways().get(gateway));
      all.addAll(gateway(gateway, before, after));
    }
    var key = new At(Optional.empty(), Optional.empty(), "probe_key");
    key.change(text(from.probeKey()), text(to.probeKey())).ifPresent(all::add);
    return new PolicyDiff(all, radius(all, from, to));
  }

  public boolean isEmpty() {
    return differences.isEmpty();
  }

  /** For JSON documents. */
  public List<Map<String, Object>> toMaps() {
    return differences.stream().map(FieldDifference::toMap).toList();
  }

  /**
   * SHA-256, in hex, over the canonical form of each difference in order, a line feed behind it.
   */
  public String sha256() {
    var digest = CanonicalJson.sha256();
    for (var difference : differences) {
      digest.update(CanonicalJson.bytes(difference.toMap()));
      digest.update((byte) '\n');
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static List<FieldDifference> tenant(
      String name, Optional<TenantPolicy> from, Optional<TenantPolicy> to) {
    if (from.equals(to)) {
      return List.of();
    }
    var all = new ArrayList<FieldDifference>();
    var at = new At(Optional.of(name), Optional.empty(), "");
    if (from.isEmpty() || to.isEmpty()) {
      all.addAll(at.field("tenant").whole(from.map(_ -> name), to.map(_ -> name)));
    }
    all.addAll(at.fields(from.map(FieldFormatter::of), to.map(FieldFormatter::of)));
    var before = limits(from);
    var after = limits(to);
    for (String limit : names(before, after)) {
      var old = Optional.ofNullable(before.get(limit));
      var now = Optional.ofNullable(after.get(limit));
      all.addAll(limit(new At(Optional.of(name), Optional.of(limit), ""), old, now));
    }
    return all;
  }

  private static List<FieldDifference> limit(At at, Optional<Limit> from, Optional<Limit> to) {
    return from.isEmpty() || to.isEmpty()
        ? at.field("limit").whole(from.map(FieldFormatter::line), to.map(FieldFormatter::line))
        : at.fields(from.map(FieldFormatter::of), to.map(FieldFormatter::of));
  }

  private static List<FieldDifference> gateway(
      String name, Optional<Gateway> from, Optional<Gateway> to) {
    var at = new At(Optional.empty(), Optional.empty(), "gateway " + name);
    return from.isEmpty() || to.isEmpty()
        ? at.whole(from.map(_ -> name), to.map(_ -> name))
        : at.fields(from.map(FieldFormatter::of), to.map(FieldFormatter::of));
  }

  private static BlastRadius radius(List<FieldDifference> all, PolicySet from, PolicySet to) {
    var changed = new TreeSet<String>();
    var limits = new TreeSet<String>();
    var services = new TreeSet<String>();
    var gateways = new TreeSet<String>();
    for (var difference : all) {
      difference.tenant().ifPresent(changed::add);
      if (difference.tenant().isPresent() && difference.limit().isPresent()) {
        String tenant = difference.tenant().get();
        String limit = difference.limit().get();
        limits.add(tenant + "/" + limit);
        services.addAll(services(from.tenant(tenant), limit));
        services.addAll(services(to.tenant(tenant), limit));
      }
      if (difference.field().startsWith("gateway ")) {
        gateways.add(difference.field().split("[ .]", 3)[1]);
      }
    }
    var tenants = new TreeSet<>(changed);
    tenants.addAll(members(from, changed));
    tenants.addAll(members(to, changed));
    return new BlastRadius(tenants, limits, services, gateways);
  }

  private static List<String> services(Optional<TenantPolicy> policy, String limit) {
    return policy.stream()
        .flatMap(p -> p.limits().stream())
        .filter(l -> l.name().equals(limit))
        .map(l -> l.match().service().orElse("*"))
        .toList();
  }

  /** The tenants that have one of the changed ones among their groups. */
  private static List<String> members(PolicySet set, SortedSet<String> changed) {
    return set.tenants().keySet().stream()
        .filter(
            t -> TenantHierarchy.chain(set, t).stream().anyMatch(p -> changed.contains(p.tenant())))
        .toList();
  }

  private static SortedMap<String, Limit> limits(Optional<TenantPolicy> policy) {
    Collection<Limit> limits = policy.map(TenantPolicy::limits).orElse(List.of());
    return new TreeMap<>(
        limits.stream().collect(Collectors.toMap(Limit::name, Function.identity())));
  }

  private static Collection<String> names(Map<String, ?> from, Map<String, ?> to) {
    var names = new TreeSet<>(from.keySet());
    names.addAll(to.keySet());
    return names;
  }

  private static Optional<String> text(String value) {
    return Optional.of(value).filter(v -> !v.isEmpty());
  }

  /** Where a difference is; {@code prefix} is put before the names of fields. */
  private record At(Optional<String> tenant, Optional<String> limit, String prefix) {
    At field(String name) {
      return new At(tenant, limit, name);
    }

    List<FieldDifference> whole(Optional<String> before, Optional<String> after) {
      return change(before, after).stream().toList();
    }

    /** The fields that differ, when both sides are there. */
    List<FieldDifference> fields(
        Optional<Map<String, String>> before, Optional<Map<String, String>> after) {
      if (before.isEmpty() || after.isEmpty()) {
        return List.of();
      }
      var names = new ArrayList<>(before.get().keySet());
      after.get().keySet().stream().filter(n -> !names.contains(n)).forEach(names::add);
      String dotted = prefix.isEmpty() ? "" : prefix + ".";
      return names.stream()
          .map(n ->
              field(dotted + n)
                  .change(
                      Optional.ofNullable(before.get().get(n)),
                      Optional.ofNullable(after.get().get(n))))
          .flatMap(Optional::stream)
          .toList();
    }

    Optional<FieldDifference> change(Optional<String> before, Optional<String> after) {
      return before.equals(after)
          ? Optional.empty()
          : Optional.of(new FieldDifference(tenant, limit, prefix, before, after));
    }
  }
}
