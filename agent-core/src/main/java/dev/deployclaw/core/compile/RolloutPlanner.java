package dev.deployclaw.core.compile;

import dev.deployclaw.core.machine.RolloutPlan;
import dev.deployclaw.core.task.Intent.Guards;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * By which cohorts a change reaches all tenants, as the request asks, or why it can't. A share is
 * one of the root groups whose policies change, and at least one of them: of all tenants, a small
 * share may well be none that the change concerns. Pure.
 */
public final class RolloutPlanner {
  /** For so long it may be watched after each widening. */
  public static final Duration LONGEST_BAKE = Duration.ofDays(1);

  /** Widenings before the last: each takes turns of its change, which has a bound. */
  static final int MOST = 16;

  private static final int MOST_NAMED = 5;

  private RolloutPlanner() {}

  /** What came of it. */
  public sealed interface Answer {
    /**
     * @param notes who is in each cohort, for people
     */
    record Ready(RolloutPlan rollout, List<String> notes) implements Answer {}

    record Refused(String reason) implements Answer {}
  }

  /**
   * @param base the epoch of the committed set; 0 before the first
   */
  public static Answer of(Guards guards, long base, PolicySet committed, PolicySet target) {
    var bake = guards.bakeSeconds().map(Duration::ofSeconds).orElse(Duration.ZERO);
    if (bake.compareTo(LONGEST_BAKE) > 0) {
      return new Answer.Refused("a bake time is at most a day: ask for less");
    }
    var p99 = guards.maxP99Millis().map(ms -> ms * 1_000);
    if (guards.percents().isEmpty()) {
      return new Answer.Ready(new RolloutPlan(List.of(), bake.toMillis(), p99), List.of());
    }
    var changed = concerned(committed, target);
    var concerned = proven(changed, target);
    boolean nobody = concerned.isEmpty() && !changed.isEmpty();
    var reason = impossible(base, committed, target).or(() -> unproven(guards, nobody));
    if (reason.isPresent()) {
      return new Answer.Refused(reason.get());
    }
    List<String> notes = new ArrayList<>();
    var cohorts = cohorts(guards.percents(), concerned, notes);
    return new Answer.Ready(new RolloutPlan(cohorts, bake.toMillis(), p99), notes);
  }

  private static Optional<String> impossible(long base, PolicySet committed, PolicySet target) {
    if (base == 0 || committed.tenants().isEmpty()) {
      return Optional.of(
          "a canary needs committed policies, and there are none: leave the canary out");
    }
    if (!committed.gateways().equals(target.gateways())
        || !committed.probeKey().equals(target.probeKey())) {
      return Optional.of(
          "a canary is for changes of limits, and this change affects how gateways "
              + "route or identify tenants, which is the same for all tenants: leave the "
              + "canary out, or make that change first, without one");
    }
    return committed.tenants().keySet().stream()
        .filter(t -> target.tenant(t).isPresent() && !committed.root(t).equals(target.root(t)))
        .findFirst()
        .map(t ->
            "a canary can't move tenants to another root group, as it would %s from %s to %s: leave"
                    .formatted(t, committed.root(t), target.root(t))
                + " the canary out, or move it first, without one");
  }

  private static Optional<String> unproven(Guards guards, boolean nobody) {
    if (guards.percents().size() > MOST) {
      return Optional.of("a canary has at most " + MOST + " widenings before all: ask for fewer");
    }
    return nobody
        ? Optional.of(
            "a canary proves the policies of tenants, and this change only removes "
                + "tenants: leave the canary out")
        : Optional.empty();
  }

  /** The root groups of all tenants whose policy differs from one set to the other. */
  public static Set<String> concerned(PolicySet before, PolicySet after) {
    var names = new TreeSet<>(before.tenants().keySet());
    names.addAll(after.tenants().keySet());
    var roots = new TreeSet<String>();
    names.stream()
        .filter(t -> !before.tenant(t).equals(after.tenant(t)))
        .map(t -> (after.tenant(t).isPresent() ? after : before).root(t))
        .forEach(roots::add);
    return roots;
  }

  /** Those of which somebody is left who can be asked, by position. */
  private static List<String> proven(Set<String> concerned, PolicySet target) {
    return target.tenants().keySet().stream()
        .map(target::root)
        .filter(concerned::contains)
        .distinct()
        .sorted(
            Comparator.comparingInt(CanaryCohort::position)
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /** Growing shares; one that takes nobody more than the one before it is left out. */
  private static List<Integer> cohorts(
      List<Integer> percents, List<String> concerned, List<String> notes) {
    List<Integer> cohorts = new ArrayList<>();
    for (int percent : percents) {
      int wanted = Math.max(1, Math.ceilDiv(concerned.size() * percent, 100));
      int share =
          concerned.isEmpty()
              ? CanaryCohort.WHOLE
              : CanaryCohort.position(concerned.get(Math.min(wanted, concerned.size()) - 1)) + 1;
      if (!cohorts.isEmpty() && share <= cohorts.getLast()) {
        notes.add(
            "canary: %d %% adds no tenant to the previous step, so this step is left out"
                .formatted(percent));
      } else {
        cohorts.add(share);
        notes.add(words(percent, share, concerned));
      }
    }
    return cohorts;
  }

  private static String words(int percent, int share, List<String> concerned) {
    var cohort = new CanaryCohort(share);
    var inside = concerned.stream().filter(cohort::includes).toList();
    var named = inside.stream().limit(MOST_NAMED);
    var more =
        inside.size() > MOST_NAMED
            ? Stream.of("and " + (inside.size() - MOST_NAMED) + " more")
            : Stream.<String>empty();
    return "canary: %d %% is %d of the %d root groups that change: %s"
        .formatted(
            percent,
            inside.size(),
            concerned.size(),
            String.join(", ", Stream.concat(named, more).toList()));
  }
}
