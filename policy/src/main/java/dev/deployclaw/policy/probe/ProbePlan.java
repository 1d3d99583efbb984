package dev.deployclaw.policy.probe;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.CounterCharge;
import dev.deployclaw.policy.model.Gateway;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which synthetic requests test a policy set, with the answer that each must get. Pure: the same
 * set and order give the same plan.
 *
 * <p>Every gateway gets its share of the requests, every tenant at least one that is admitted and
 * one that is refused, and about a third are refused in all. See {@link ProbeSequenceGenerator} for
 * what one exercise does. The probes carry a clock of their own, so refills and ends of windows are
 * tested without waiting.
 *
 * @param lanes may be sent side by side, each in order
 * @param leftOut what the plan doesn't test, and why
 */
public record ProbePlan(List<ProbeLane> lanes, List<String> leftOut) {
  public ProbePlan {
    lanes = List.copyOf(lanes);
    leftOut = List.copyOf(leftOut);
  }

  public static ProbePlan of(PolicySet set, ProbePlanRequest order) {
    var gateways =
        order.gateways().stream()
            .flatMap(name -> Stream.ofNullable(set.gateways().get(name)))
            .sorted(Comparator.comparing(Gateway::name))
            .toList();
    return new Maker(order, ProbeTargetFinder.of(set, gateways)).plan(set);
  }

  /** All probes, lane by lane. */
  public List<ProbeRequest> probes() {
    return lanes.stream()
        .flatMap(l -> l.exercises().stream())
        .flatMap(e -> e.probes().stream())
        .toList();
  }

  private static final class Maker {
    private final ProbePlanRequest order;
    private final ProbeTargetFinder targets;
    private final Entrances entrances = new Entrances();
    private final List<String> leftOut;
    private int nonces;

    Maker(ProbePlanRequest order, ProbeTargetFinder targets) {
      this.order = order;
      this.targets = targets;
      this.leftOut = new ArrayList<>(targets.leftOut());
    }

    ProbePlan plan(PolicySet set) {
      var budget = new ProbeBudget(targets.found(), needs(), order.total(), draw("budget"));
      leftOut.addAll(budget.leftOut());
      var byRoot =
          targets.found().stream()
              .filter(t -> budget.of(t).requests() > 0)
              .collect(
                  Collectors.groupingBy(
                      t -> set.root(t.tenant()), TreeMap::new, Collectors.toList()));
      var lanes = new ArrayList<ProbeLane>();
      byRoot.forEach((root, members) -> lanes.add(lane(root, members, budget)));
      return new ProbePlan(lanes, leftOut);
    }

    private Map<ProbeTarget, Integer> needs() {
      var needs = new HashMap<ProbeTarget, Integer>();
      for (var target : targets.found()) {
        needs.put(target, walked(target, order.startMicros()).steps().size());
      }
      return needs;
    }

    private ProbeSequenceGenerator walked(ProbeTarget target, long start) {
      var walk =
          new ProbeSequenceGenerator(target, draw(target.tenant() + "/" + target.label()), start);
      if (target.limit().isEmpty()) {
        walk.pair();
      } else {
        walk.full();
      }
      return walk;
    }

    private ProbeLane lane(String root, List<ProbeTarget> members, ProbeBudget budget) {
      var rules =
          members.stream()
              .flatMap(t -> t.charges(1).stream())
              .map(CounterCharge::rule)
              .collect(Collectors.toSet());
      long gap =
          rules.stream()
              .mapToLong(r -> CounterIdleTime.after(r).orElse(CounterIdleTime.LONGEST))
              .max()
              .orElse(1);
      long at = order.startMicros();
      var exercises = new ArrayList<ProbeSequence>();
      for (var target : members) {
        var walk = walk(target, budget.of(target), at);
        exercises.add(exercise(target, walk, budget.of(target).requests()));
        at = walk.now() + gap;
      }
      return new ProbeLane(root, exercises, CounterIdleTime.step(rules, at - order.startMicros()));
    }

    private ProbeSequenceGenerator walk(ProbeTarget target, ProbeBudget.Share share, long start) {
      if (!share.whole()) {
        var walk = new ProbeSequenceGenerator(target, draw("brief"), start);
        if (target.limit().isEmpty()) {
          walk.pair();
        } else {
          walk.brief();
        }
        return walk;
      }
      var walk = walked(target, start);
      leftOut.addAll(walk.notes().stream().map(n -> target.label() + ": " + n).toList());
      for (int left = share.requests() - walk.steps().size(); left > 0; ) {
        int pieces = Math.min(2, left);
        walk.round(pieces, left > pieces);
        left = share.requests() - walk.steps().size();
      }
      return walk;
    }

    private ProbeSequence exercise(ProbeTarget target, ProbeSequenceGenerator walk, int most) {
      var probes = new ArrayList<ProbeRequest>();
      for (var step : walk.steps()) {
        if (probes.size() < most) {
          String gateway = entrances.next(target.gateways());
          probes.add(target.probe(step, gateway, order.seed() + "/" + nonces++));
        }
      }
      return new ProbeSequence(target.label(), probes);
    }

    private SeededSequence draw(String purpose) {
      return new SeededSequence(order.seed() + "/" + purpose);
    }
  }

  /** Spreads requests evenly over the gateways by which they can enter. */
  private static final class Entrances {
    private final Map<String, Integer> sent = new HashMap<>();

    String next(List<String> eligible) {
      String least = eligible.getFirst();
      for (String gateway : eligible) {
        if (sent.getOrDefault(gateway, 0) < sent.getOrDefault(least, 0)) {
          least = gateway;
        }
      }
      sent.merge(least, 1, Integer::sum);
      return least;
    }
  }
}
