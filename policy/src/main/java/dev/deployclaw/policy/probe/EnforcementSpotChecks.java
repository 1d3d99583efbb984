package dev.deployclaw.policy.probe;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.AppliedLimit;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.RequestCharges;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The shortest proof that a gateway enforces a policy set: a request for all that a limit admits at
 * once is admitted, one more is refused, and the counter stands where it must. Pure and immutable;
 * to be made once for each set.
 */
public record EnforcementSpotChecks(PolicySet set, Map<String, List<ProbeTarget>> targets) {
  /**
   * @param gateways by which requests may enter, named as in the set
   */
  public static EnforcementSpotChecks of(PolicySet set, Collection<String> gateways) {
    var routes =
        gateways.stream()
            .distinct()
            .flatMap(name -> Stream.ofNullable(set.gateways().get(name)))
            .toList();
    Map<String, List<ProbeTarget>> targets = new HashMap<>();
    for (var target : ProbeTargetFinder.of(set, routes).found()) {
      if (exhaustible(target)) {
        target
            .gateways()
            .forEach(g -> targets.computeIfAbsent(g, _ -> new ArrayList<>()).add(target));
      }
    }
    for (var gateway : routes) {
      targets.computeIfAbsent(gateway.name(), _ -> alone(set, gateway));
    }
    return new EnforcementSpotChecks(set, targets);
  }

  /** What one check is told. */
  public record Turn(String gateway, String seed, long atMicros) {}

  /**
   * Two requests, to be sent in order.
   *
   * @param counter of the limit, among those of {@link Turn#seed}: it exists once the first request
   *     was admitted; empty where its name depends on the client's address
   */
  public record Check(List<ProbeRequest> probes, Optional<String> counter) {
    public Check {
      probes = List.copyOf(probes);
    }
  }

  /**
   * One check of a gateway; the limit is drawn by the seed, which also names the counters. Empty
   * where no limit that can be exhausted is reached through it.
   */
  public Optional<Check> of(Turn turn) {
    var all = targets.getOrDefault(turn.gateway(), List.of());
    if (all.isEmpty()) {
      return Optional.empty();
    }
    var draw = new SeededSequence(turn.seed());
    var target = all.get(Math.toIntExact(draw.below(all.size())));
    var walk = new ProbeSequenceGenerator(target, draw, turn.atMicros());
    walk.brief();
    var probes =
        walk.steps().stream()
            .map(s -> target.probe(s, turn.gateway(), turn.seed() + "/" + s.purpose()))
            .toList();
    return Optional.of(new Check(probes, counter(target, turn.seed())));
  }

  private static List<ProbeTarget> alone(PolicySet set, Gateway gateway) {
    return ProbeTargetFinder.of(set, List.of(gateway)).found().stream()
        .filter(EnforcementSpotChecks::exhaustible)
        .toList();
  }

  /** Whether something is admitted and one more isn't. */
  private static boolean exhaustible(ProbeTarget target) {
    if (target.limit().isEmpty() || target.blocked()) {
      return false;
    }
    var walk = new ProbeSequenceGenerator(target, new SeededSequence(""), 0);
    walk.brief();
    var steps = walk.steps();
    return steps.size() == 2 && steps.getFirst().allowed() && !steps.getLast().allowed();
  }

  /** Of a limit whose key the service can only take from what we send. */
  private Optional<String> counter(ProbeTarget target, String execution) {
    var subject =
        new RateLimitedRequest(target.tenant(), target.shape(), _ -> "", 1, Optional.of(execution));
    return RequestCharges.of(new EpochPolicySet(0, "", set), subject).items().stream()
        .filter(item -> foreseen(item.applied()))
        .map(RequestCharges.Item::counterKey)
        .findFirst();
  }

  private static boolean foreseen(AppliedLimit applied) {
    return applied.limit().mode() == EnforcementMode.ENFORCE
        && applied.limit().key().stream().noneMatch(CounterKeyPart.ClientAddress.class::isInstance);
  }
}
