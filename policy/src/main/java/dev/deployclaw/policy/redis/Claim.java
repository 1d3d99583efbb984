package dev.deployclaw.policy.redis;

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

  /** Throws IllegalArgumentException for a tenant that the set doesn't have. */
  public static Claim of(EpochSet held, Subject subject) {
    var set = held.set();
    if (set.tenant(subject.tenant()).isEmpty()) {
      throw new IllegalArgumentException("unknown tenant " + subject.tenant());
    }
    String root = set.root(subject.tenant());
    var applied = Matching.applied(set, subject.tenant(), subject.shape());
    var owners =
        Hierarchy.chain(set, subject.tenant()).stream()
            .map(policy -> owner(held, root, policy, items(root, policy, applied, subject)))
            .toList();
    return new Claim(held.epoch(), root, owners);
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
    return owners.stream().flatMap(o -> o.items().stream()).toList();
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

  private static List<Item> items(
      String root, TenantPolicy policy, List<Applied> applied, Subject subject) {
    return applied.stream()
        .filter(a -> a.owner().equals(policy.tenant()))
        .map(a -> item(root, a, subject))
        .toList();
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
