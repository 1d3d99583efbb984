package dev.deployclaw.policy.redis;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.AdmissionRequest;
import dev.deployclaw.policy.decision.CounterCharge;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.match.AppliedLimit;
import dev.deployclaw.policy.match.LimitMatcher;
import dev.deployclaw.policy.match.TenantHierarchy;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one request is charged to under one epoch: the tenant's limits that apply, then its groups'.
 *
 * @param digest of the epoch's set
 * @param root the group whose slot holds all of it
 * @param owners the tenant, then the groups above it, also those without a limit that applies: each
 *     may be blocked
 */
public record RequestCharges(long epoch, String digest, String root, List<Owner> owners) {
  public RequestCharges {
    owners = List.copyOf(owners);
  }

  /** A tenant or group, and its limits that apply. */
  public record Owner(String policyKey, boolean blocked, List<Item> items) {
    public Owner {
      items = List.copyOf(items);
    }
  }

  /** A limit and the counter that it charges. */
  public record Item(AppliedLimit applied, LimitRule rule, String counterKey, long units) {
    /** Whether a request that is admitted holds a place until it is over. */
    public boolean holds() {
      return rule.algorithm() == LimitAlgorithm.CONCURRENCY;
    }
  }

  /**
   * Who a tenant's requests are charged to, whatever they ask for.
   *
   * @param chain the tenant, then the groups above it
   */
  public record Line(String root, List<TenantPolicy> chain) {
    public Line {
      chain = List.copyOf(chain);
    }

    /** Throws IllegalArgumentException for a tenant that the set doesn't have. */
    public static Line of(PolicySet set, String tenant) {
      var chain = TenantHierarchy.chain(set, tenant);
      if (chain.isEmpty()) {
        throw new IllegalArgumentException("unknown tenant " + tenant);
      }
      return new Line(set.root(tenant), chain);
    }
  }

  /** Throws IllegalArgumentException for a tenant that the set doesn't have. */
  public static RequestCharges of(EpochPolicySet held, RateLimitedRequest subject) {
    return of(held, Line.of(held.set(), subject.tenant()), subject);
  }

  /**
   * The same for a caller that keeps what doesn't change.
   *
   * @param line of the subject's tenant
   */
  public static RequestCharges of(EpochPolicySet held, Line line, RateLimitedRequest subject) {
    var owners = new ArrayList<Owner>(line.chain().size());
    for (var policy : line.chain()) {
      owners.add(owner(line.root(), policy, items(line.root(), policy, subject)));
    }
    return new RequestCharges(held.epoch(), held.digest(), line.root(), owners);
  }

  /** The tenant's hash: the first owner is the tenant itself. */
  public String tenant() {
    String key = owners.getFirst().policyKey();
    return key.substring(key.lastIndexOf(':') + 1);
  }

  /** The same, with what is equal in another epoch's charges as one object: many are kept. */
  public RequestCharges sharing(RequestCharges other) {
    return owners.equals(other.owners)
        ? new RequestCharges(epoch, digest, other.root, other.owners)
        : this;
  }

  /** An owner's line as it is staged. */
  String line(Owner owner) {
    return StagedRules.tenantLine(owner.blocked(), digest);
  }

  /**
   * How long requests may be charged ahead: the shortest lease of all limits that apply. Empty
   * where one of them is exact, or where none applies.
   */
  public Optional<Duration> lease() {
    Optional<Duration> shortest = Optional.empty();
    for (var item : items()) {
      var lease = item.applied().limit().precision().lease();
      if (lease.isEmpty()) {
        return lease;
      }
      shortest = shortest.filter(s -> s.compareTo(lease.get()) <= 0).or(() -> lease);
    }
    return shortest;
  }

  /** The same for the reference model, where no limit is one of concurrency. */
  public AdmissionRequest ask(long requests) {
    return ask(requests, "");
  }

  /**
   * The same for the reference model.
   *
   * @param lease names the requests, see {@link AdmissionRequest}
   */
  public AdmissionRequest ask(long requests, String lease) {
    boolean blocked = owners.stream().anyMatch(Owner::blocked);
    var charges =
        items().stream().map(i -> new CounterCharge(i.counterKey(), i.rule(), i.units())).toList();
    return new AdmissionRequest(blocked, charges, requests, lease);
  }

  /** All items, in the order of the answer's verdicts. */
  public List<Item> items() {
    return owners.size() == 1
        ? owners.getFirst().items()
        : owners.stream().flatMap(o -> o.items().stream()).toList();
  }

  /** The limits that apply, as {@link LimitMatcher#applied} gave them. */
  public List<AppliedLimit> applied() {
    return items().stream().map(Item::applied).toList();
  }

  private static Owner owner(String root, TenantPolicy policy, List<Item> items) {
    return new Owner(RedisKeyLayout.policyKey(root, policy.tenant()), policy.blocked(), items);
  }

  private static List<Item> items(String root, TenantPolicy policy, RateLimitedRequest subject) {
    var items = new ArrayList<Item>();
    for (Limit limit : LimitMatcher.applying(policy.limits(), subject.shape())) {
      items.add(item(root, new AppliedLimit(policy.tenant(), limit), subject));
    }
    return items;
  }

  private static Item item(String root, AppliedLimit applied, RateLimitedRequest subject) {
    return new Item(
        applied,
        LimitRule.of(applied.limit()),
        counterKey(root, applied, subject),
        subject.units());
  }

  private static String counterKey(String root, AppliedLimit applied, RateLimitedRequest subject) {
    Limit limit = applied.limit();
    var parts =
        limit.key().stream()
            .map(p -> RedisKeyLayout.part(kind(p), subject.attributes().apply(p)))
            .toList();
    return subject
        .execution()
        .map(e ->
            RedisKeyLayout.probeKey(
                root, e, RedisKeyLayout.counter(applied.owner(), limit.name(), parts)))
        .orElseGet(() -> RedisKeyLayout.counterKey(root, applied.owner(), limit.name(), parts));
  }

  private static String kind(CounterKeyPart part) {
    return switch (part) {
      case CounterKeyPart.ClientAddress() -> "client";
      case CounterKeyPart.Header(String name) -> "header." + name;
    };
  }
}
