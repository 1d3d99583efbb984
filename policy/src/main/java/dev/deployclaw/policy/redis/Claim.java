package dev.deployclaw.policy.redis;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decide.Ask;
import dev.deployclaw.policy.decide.Charge;
import dev.deployclaw.policy.decide.Rule;
import dev.deployclaw.policy.match.Applied;
import dev.deployclaw.policy.match.Hierarchy;
import dev.deployclaw.policy.match.Matching;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.List;

/**
 * What one request is charged to under one epoch: the tenant's limits that apply, then its groups'.
 *
 * @param root the group whose slot holds all of it
 * @param owners the tenant, then the groups above it, also those without a limit that applies: each
 *     may be blocked
 */
public record Claim(long epoch, String root, List<Owner> owners) {
  public Claim {
    owners = List.copyOf(owners);
  }

  /** A tenant or group, its staged line, and its limits that apply. */
  public record Owner(String policyKey, String line, boolean blocked, List<Item> items) {
    public Owner {
      items = List.copyOf(items);
    }
  }

  /** A limit and the counter that it charges. */
  public record Item(Applied applied, Rule rule, String counterKey, long units) {
    /** Whether a request that is admitted holds a place until it is over. */
    public boolean holds() {
      return rule.algorithm() == Algorithm.CONCURRENCY;
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
      var chain = Hierarchy.chain(set, tenant);
      if (chain.isEmpty()) {
        throw new IllegalArgumentException("unknown tenant " + tenant);
      }
      return new Line(set.root(tenant), chain);
    }
  }

  /** Throws IllegalArgumentException for a tenant that the set doesn't have. */
  public static Claim of(EpochSet held, Subject subject) {
    return of(held, Line.of(held.set(), subject.tenant()), subject);
  }

  /**
   * The same for a caller that keeps what doesn't change.
   *
   * @param line of the subject's tenant
   */
  public static Claim of(EpochSet held, Line line, Subject subject) {
    var owners = new ArrayList<Owner>(line.chain().size());
    for (var policy : line.chain()) {
      owners.add(owner(held, line.root(), policy, items(line.root(), policy, subject)));
    }
    return new Claim(held.epoch(), line.root(), owners);
  }

  /** The same for the reference model, where no limit is one of concurrency. */
  public Ask ask(long requests) {
    return ask(requests, "");
  }

  /**
   * The same for the reference model.
   *
   * @param lease names the requests, see {@link Ask}
   */
  public Ask ask(long requests, String lease) {
    boolean blocked = owners.stream().anyMatch(Owner::blocked);
    var charges =
        items().stream().map(i -> new Charge(i.counterKey(), i.rule(), i.units())).toList();
    return new Ask(blocked, charges, requests, lease);
  }

  /** All items, in the order of the answer's verdicts. */
  public List<Item> items() {
    return owners.size() == 1
        ? owners.getFirst().items()
        : owners.stream().flatMap(o -> o.items().stream()).toList();
  }

  /** The limits that apply, as {@link Matching#applied} gave them. */
  public List<Applied> applied() {
    return items().stream().map(Item::applied).toList();
  }

  private static Owner owner(EpochSet held, String root, TenantPolicy policy, List<Item> items) {
    return new Owner(
        RedisLayout.policyKey(root, policy.tenant()),
        StagedRules.tenantLine(policy.blocked(), held.digest()),
        policy.blocked(),
        items);
  }

  private static List<Item> items(String root, TenantPolicy policy, Subject subject) {
    var items = new ArrayList<Item>();
    for (Limit limit : Matching.applying(policy.limits(), subject.shape())) {
      items.add(item(root, new Applied(policy.tenant(), limit), subject));
    }
    return items;
  }

  private static Item item(String root, Applied applied, Subject subject) {
    return new Item(
        applied, Rule.of(applied.limit()), counterKey(root, applied, subject), subject.units());
  }

  private static String counterKey(String root, Applied applied, Subject subject) {
    Limit limit = applied.limit();
    var parts =
        limit.key().stream()
            .map(p -> RedisLayout.part(kind(p), subject.attributes().apply(p)))
            .toList();
    return subject
        .execution()
        .map(e ->
            RedisLayout.probeKey(
                root, e, RedisLayout.counter(applied.owner(), limit.name(), parts)))
        .orElseGet(() -> RedisLayout.counterKey(root, applied.owner(), limit.name(), parts));
  }

  private static String kind(KeyPart part) {
    return switch (part) {
      case KeyPart.ClientAddress() -> "client";
      case KeyPart.Header(String name) -> "header." + name;
    };
  }
}
