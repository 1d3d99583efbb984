package dev.deployclaw.core.sim;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeJournal;
import dev.deployclaw.core.sim.engine.BugInjector;
import dev.deployclaw.core.sim.engine.EventTrace;
import dev.deployclaw.core.sim.schedule.ExhaustiveExplorer;
import dev.deployclaw.core.sim.schedule.FaultSchedule;
import dev.deployclaw.core.sim.schedule.SimScenario;
import dev.deployclaw.core.sim.schedule.SwarmRun;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The logs that simulated agents leave, whatever befell them, for whoever verifies logs. */
public final class SimulatedLogs {
  private SimulatedLogs() {}

  /** Takes a log that has its end. */
  public interface Reader {
    /**
     * @param origin by which it can be made again
     */
    void read(String origin, String execution, List<byte[]> records);
  }

  /**
   * Of schedules in which one thing goes wrong, in every scene.
   *
   * @param every each so-many-th of them, from the first
   */
  public static void ofSingleFaults(int every, Reader reader) {
    int number = 0;
    for (var scene : SimScenario.values()) {
      for (var schedule : schedules(scene).toList()) {
        if (number++ % every == 0) {
          var played = schedule.play(BugInjector.NONE, EventTrace.hashed());
          tell(schedule.toString(), played.world(), reader);
        }
      }
    }
  }

  /** Of swarms, by their seeds. */
  public static void ofSwarms(long from, int count, Reader reader) {
    LongStream.range(from, from + count)
        .forEach(seed ->
            tell(
                "swarm " + seed,
                SwarmRun.play(seed, BugInjector.NONE, EventTrace.hashed()).world(),
                reader));
  }

  private static Stream<FaultSchedule> schedules(SimScenario scene) {
    return Stream.of(
            ExhaustiveExplorer.crashes(scene),
            ExhaustiveExplorer.outcomes(scene),
            ExhaustiveExplorer.outages(scene),
            ExhaustiveExplorer.pauses(scene))
        .flatMap(kind -> kind);
  }

  private static void tell(String origin, FakeEstate world, Reader reader) {
    for (var journal : world.journals()) {
      for (String execution : journal.executions()) {
        var records = journal.read(execution);
        if (ends(records) && whole(execution, records, world.journals())) {
          reader.read(origin, execution, records);
        }
      }
    }
  }

  private static boolean ends(List<byte[]> records) {
    return !records.isEmpty()
        && new String(records.getLast(), StandardCharsets.UTF_8).contains("\"phase\":\"end\"");
  }

  /** Two machines that reached no store may have taken one name: then each has but a part. */
  private static boolean whole(String execution, List<byte[]> records, List<FakeJournal> journals) {
    return journals.stream()
        .map(journal -> journal.read(execution))
        .filter(other -> !other.isEmpty())
        .allMatch(other -> Arrays.equals(other.getFirst(), records.getFirst()));
  }
}
