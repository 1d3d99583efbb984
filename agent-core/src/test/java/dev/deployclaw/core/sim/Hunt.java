package dev.deployclaw.core.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Looks for a planted bug: by single faults in an order that a fixed seed shuffles, then by ends of
 * logs that come late and by what can befall a pruning, and by swarms.
 */
final class Hunt {
  /** Single faults that are tried; all there are come to more than CI has time for, 24 times. */
  static final int MOST_SCHEDULES = Integer.getInteger("sim.hunt", 4_000);

  /** Swarms that are tried. */
  static final int MOST_SEEDS = Integer.getInteger("sim.hunt.seeds", 400);

  private static final List<Schedule> TRIED = tried();

  private Hunt() {}

  /**
   * What gave it away.
   *
   * @param tried how many were tried, this one included
   * @param law the first that was broken
   */
  record Found(int tried, String by, String law) {}

  static Optional<Found> bySchedules(Planted bug) {
    int tried = 0;
    for (var schedule : TRIED) {
      tried++;
      var broken = schedule.play(bug, Trace.hashed()).broken();
      if (!broken.isEmpty()) {
        return Optional.of(new Found(tried, schedule.toString(), broken.getFirst()));
      }
    }
    return Optional.empty();
  }

  static Optional<Found> bySeeds(Planted bug) {
    for (int seed = 1; seed <= MOST_SEEDS; seed++) {
      var broken = Swarm.play(seed, bug, Trace.hashed()).broken();
      if (!broken.isEmpty()) {
        return Optional.of(new Found(seed, "seed " + seed, broken.getFirst()));
      }
    }
    return Optional.empty();
  }

  private static List<Schedule> tried() {
    var all =
        new ArrayList<>(
            Stream.of(Scene.values())
                .flatMap(scene ->
                    Stream.of(
                            Exhaustive.crashes(scene),
                            Exhaustive.outcomes(scene),
                            Exhaustive.pauses(scene))
                        .flatMap(s -> s))
                .toList());
    Collections.shuffle(all, new Random(1));
    var tried = new ArrayList<>(all.subList(0, Math.min(MOST_SCHEDULES, all.size())));
    tried.addAll(Exhaustive.lateEnds(Scene.RUN_AFTER_A_DEATH).toList());
    tried.addAll(Exhaustive.outcomes(Scene.PRUNING).toList());
    return List.copyOf(tried);
  }
}
