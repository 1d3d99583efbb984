package dev.deployclaw.policy.probe;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.Applied;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.model.Mode;
import dev.deployclaw.policy.redis.Claim;
import dev.deployclaw.policy.redis.EpochSet;
import dev.deployclaw.policy.redis.Subject;
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
public final class PointChecks {
  private final PolicySet set;
  private final Map<String, List<Target>> targets;

  private PointChecks(PolicySet set, Map<String, List<Target>> targets) {
    this.set = set;
    this.targets = targets;
  }

  /**
   * @param gateways by which requests may enter, named as in the set
   */
  public static PointChecks of(PolicySet set, Collection<String> gateways) {
    var routes =
        gateways.stream()
            .distinct()
            .flatMap(name -> Stream.ofNullable(set.gateways().get(name)))
            .toList();
    Map<String, List<Target>> targets = new HashMap<>();
    for (var target : Targets.of(set, routes).found()) {
      if (exhaustible(target)) {
        target
            .gateways()
            .forEach(g -> targets.computeIfAbsent(g, _ -> new ArrayList<>()).add(target));
      }
    }
    for (var gateway : routes) {
      targets.computeIfAbsent(gateway.name(), _ -> alone(set, gateway));
    }
    return new PointChecks(set, targets);
  }

  /** What one check is told. */
  public record Turn(String gateway, String seed, long atMicros) {}

  /**
   * Two requests, to be sent in order.
   *
   * @param counter of the limit, among those of {@link Turn#seed}: it exists once the first request
   *     was admitted; empty where its name depends on the client's address
   */
  public record Check(List<Probe> probes, Optional<String> counter) {
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
    var draw = new Draw(turn.seed());
    var target = all.get(Math.toIntExact(draw.below(all.size())));
    var walk = new Walk(target, draw, turn.atMicros());
    walk.brief();
    var probes =
        walk.steps().stream()
            .map(s -> target.probe(s, turn.gateway(), turn.seed() + "/" + s.purpose()))
            .toList();
    return Optional.of(new Check(probes, counter(target, turn.seed())));
  }

  private static List<Target> alone(PolicySet set, Gateway gateway) {
    return Targets.of(set, List.of(gateway)).found().stream()
        .filter(PointChecks::exhaustible)
        .toList();
  }

  /** Whether something is admitted and one more isn't. */
  private static boolean exhaustible(Target target) {
    if (target.limit().isEmpty() || target.blocked()) {
      return false;
    }
    var walk = new Walk(target, new Draw(""), 0);
    walk.brief();
    var steps = walk.steps();
    return steps.size() == 2 && steps.getFirst().allowed() && !steps.getLast().allowed();
  }

  /** Of a limit whose key the service can only take from what we send. */
  private Optional<String> counter(Target target, String execution) {
    var subject = new Subject(target.tenant(), target.shape(), _ -> "", 1, Optional.of(execution));
    return Claim.of(new EpochSet(0, "", set), subject).items().stream()
        .filter(item -> foreseen(item.applied()))
        .map(Claim.Item::counterKey)
        .findFirst();
  }

  private static boolean foreseen(Applied applied) {
    return applied.limit().mode() == Mode.ENFORCE
        && applied.limit().key().stream().noneMatch(KeyPart.ClientAddress.class::isInstance);
  }
}
