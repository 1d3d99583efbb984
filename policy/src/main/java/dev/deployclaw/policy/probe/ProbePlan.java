package dev.deployclaw.policy.probe;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decide.Charge;
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
 * one that is refused, and about a third are refused in all. See {@link Walk} for what one exercise
 * does. The probes carry a clock of their own, so refills and ends of windows are tested without
 * waiting.
 *
 * @param lanes may be sent side by side, each in order
 * @param leftOut what the plan doesn't test, and why
 */
public record ProbePlan(List<Lane> lanes, List<String> leftOut) {
  public ProbePlan {
    lanes = List.copyOf(lanes);
    leftOut = List.copyOf(leftOut);
  }

  public static ProbePlan of(PolicySet set, Order order) {
    var gateways =
        order.gateways().stream()
            .flatMap(name -> Stream.ofNullable(set.gateways().get(name)))
            .sorted(Comparator.comparing(Gateway::name))
            .toList();
    return new Maker(order, Targets.of(set, gateways)).plan(set);
  }

  /** All probes, lane by lane. */
  public List<Probe> probes() {
    return lanes.stream()
        .flatMap(l -> l.exercises().stream())
        .flatMap(e -> e.probes().stream())
        .toList();
  }

  /** Makes one plan. */
  private static final class Maker {
    private final Order order;
    private final Targets targets;
    private final Entrances entrances = new Entrances();
    private final List<String> leftOut;
    private int nonces;

    Maker(Order order, Targets targets) {
      this.order = order;
      this.targets = targets;
      this.leftOut = new ArrayList<>(targets.leftOut());
    }

    ProbePlan plan(PolicySet set) {
      var budget = new Budget(targets.found(), needs(), order.total(), draw("budget"));
      leftOut.addAll(budget.leftOut());
      var byRoot =
          targets.found().stream()
              .filter(t -> budget.of(t).requests() > 0)
              .collect(
                  Collectors.groupingBy(
                      t -> set.root(t.tenant()), TreeMap::new, Collectors.toList()));
      var lanes = new ArrayList<Lane>();
      byRoot.forEach((root, members) -> lanes.add(lane(root, members, budget)));
      return new ProbePlan(lanes, leftOut);
    }

    private Map<Target, Integer> needs() {
      var needs = new HashMap<Target, Integer>();
      for (var target : targets.found()) {
        needs.put(target, walked(target, order.startMicros()).steps().size());
      }
      return needs;
    }

    private Walk walked(Target target, long start) {
      var walk = new Walk(target, draw(target.tenant() + "/" + target.label()), start);
      if (target.limit().isEmpty()) {
        walk.pair();
      } else {
        walk.full();
      }
      return walk;
    }

    private Lane lane(String root, List<Target> members, Budget budget) {
      var rules =
          members.stream()
              .flatMap(t -> t.charges(1).stream())
              .map(Charge::rule)
              .collect(Collectors.toSet());
      long gap = rules.stream().mapToLong(r -> Idle.after(r).orElse(Idle.LONGEST)).max().orElse(1);
      long at = order.startMicros();
      var exercises = new ArrayList<Exercise>();
      for (var target : members) {
        var walk = walk(target, budget.of(target), at);
        exercises.add(exercise(target, walk, budget.of(target).requests()));
        at = walk.now() + gap;
      }
      return new Lane(root, exercises, Idle.step(rules, at - order.startMicros()));
    }

    private Walk walk(Target target, Budget.Share share, long start) {
      if (!share.whole()) {
        var walk = new Walk(target, draw("brief"), start);
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

    private Exercise exercise(Target target, Walk walk, int most) {
      var probes = new ArrayList<Probe>();
      for (var step : walk.steps()) {
        if (probes.size() < most) {
          String gateway = entrances.next(target.gateways());
          probes.add(target.probe(step, gateway, order.seed() + "/" + nonces++));
        }
      }
      return new Exercise(target.label(), probes);
    }

    private Draw draw(String purpose) {
      return new Draw(order.seed() + "/" + purpose);
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
