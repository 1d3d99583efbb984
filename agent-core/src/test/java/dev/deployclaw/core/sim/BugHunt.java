package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.bug.PlantedBug;
import dev.deployclaw.core.sim.engine.EventTrace;
import dev.deployclaw.core.sim.schedule.ExhaustiveExplorer;
import dev.deployclaw.core.sim.schedule.FaultSchedule;
import dev.deployclaw.core.sim.schedule.HostExplorer;
import dev.deployclaw.core.sim.schedule.SimScenario;
import dev.deployclaw.core.sim.schedule.SwarmRun;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Looks for a planted bug: by single faults in an order that a fixed seed shuffles, by ends of logs
 * that come late and by what can befall a pruning, by swarms, and by faults of the executor host.
 */
final class BugHunt {
  /** Single faults that are tried; all there are come to more than CI has time for, 24 times. */
  static final int MOST_SCHEDULES = Integer.getInteger("sim.hunt", 4_000);

  /** Swarms that are tried. */
  static final int MOST_SEEDS = Integer.getInteger("sim.hunt.seeds", 400);

  /** Some bugs are found by few swarms alone, some by few single faults alone: both take turns. */
  private static final int SCHEDULES_A_SEED = 4;

  /** What single faults of the other scenes don't find. */
  private static final List<FaultSchedule> RARE =
      Stream.concat(
              ExhaustiveExplorer.lateEnds(SimScenario.RUN_AFTER_A_DEATH),
              ExhaustiveExplorer.outcomes(SimScenario.PRUNING))
          .toList();

  private static final List<FaultSchedule> SHUFFLED =
      shuffled(scene ->
          Stream.of(
                  ExhaustiveExplorer.crashes(scene),
                  ExhaustiveExplorer.outcomes(scene),
                  ExhaustiveExplorer.pauses(scene))
              .flatMap(s -> s));

  /** What befalls the executor host. */
  private static final List<FaultSchedule> HOST = shuffled(HostExplorer::faults);

  private BugHunt() {}

  /**
   * What gave it away.
   *
   * @param tried how many were tried, this one included
   * @param law the first that was broken
   */
  record Found(int tried, String by, String law) {}

  /** By all of it, first by what is rare and soon tried; or by what befalls the host. */
  static Optional<Found> byAll(PlantedBug bug) {
    if (PlantedBug.OF_HOST.contains(bug)) {
      return bySchedules(bug);
    }
    var found = first(bug, RARE, 0);
    int seed = 0;
    for (int from = 0; from < SHUFFLED.size() && found.isEmpty(); from += SCHEDULES_A_SEED) {
      int to = Math.min(from + SCHEDULES_A_SEED, SHUFFLED.size());
      found = first(bug, SHUFFLED.subList(from, to), from);
      if (found.isEmpty() && seed < MOST_SEEDS) {
        found = bySeed(bug, ++seed);
      }
    }
    return found;
  }

  /** By what goes wrong once; for a bug in how the host is called, by what befalls the host. */
  static Optional<Found> bySchedules(PlantedBug bug) {
    return PlantedBug.OF_HOST.contains(bug)
        ? first(bug, HOST, 0)
        : first(bug, SHUFFLED, 0).or(() -> first(bug, RARE, SHUFFLED.size()));
  }

  static Optional<Found> bySeeds(PlantedBug bug) {
    Optional<Found> found = Optional.empty();
    for (int seed = 1; seed <= MOST_SEEDS && found.isEmpty(); seed++) {
      found = bySeed(bug, seed);
    }
    return found;
  }

  private static Optional<Found> first(PlantedBug bug, List<FaultSchedule> schedules, int before) {
    int tried = before;
    for (var schedule : schedules) {
      tried++;
      var broken = schedule.play(bug, EventTrace.hashed()).broken();
      if (!broken.isEmpty()) {
        return Optional.of(new Found(tried, schedule.toString(), broken.getFirst()));
      }
    }
    return Optional.empty();
  }

  private static Optional<Found> bySeed(PlantedBug bug, int seed) {
    var broken = SwarmRun.play(seed, bug, EventTrace.hashed()).broken();
    return broken.isEmpty()
        ? Optional.empty()
        : Optional.of(new Found(seed, "seed " + seed, broken.getFirst()));
  }

  private static List<FaultSchedule> shuffled(
      Function<SimScenario, Stream<FaultSchedule>> schedules) {
    var all = new ArrayList<>(SimScenario.common().stream().flatMap(schedules).toList());
    Collections.shuffle(all, new Random(1));
    return List.copyOf(all.subList(0, Math.min(MOST_SCHEDULES, all.size())));
  }
}
