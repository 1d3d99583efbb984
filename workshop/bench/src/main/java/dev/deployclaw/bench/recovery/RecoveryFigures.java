package dev.deployclaw.bench.recovery;

import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How long it took after agents were killed, in nanoseconds from SIGKILL on.
 *
 * @param allNew until every primary, replica, service and gateway acted on what was committed; of
 *     those kills that left somebody behind
 * @param forward until what recovered had ended, of changes that were committed
 * @param back the same, of changes that were not
 * @param idle of the command that recovers, where nothing is to be done
 */
public record RecoveryFigures(
    Duration lease,
    Counts counts,
    Optional<TimingSamples> allNew,
    Optional<TimingSamples> forward,
    Optional<TimingSamples> back,
    TimingSamples idle) {

  /**
   * @param again kills after which the command that recovers had to be run more than once
   * @param missed agents that ended before they came to where they were to be killed
   */
  public record Counts(int kills, int again, int missed) {}

  /** What was waited for after some of the kills. */
  private record Line(String title, TimingSamples samples) {}

  public List<FigureTable<?>> tables() {
    List<Line> lines = new ArrayList<>();
    allNew.ifPresent(s -> lines.add(new Line("SIGKILL to all new", s)));
    forward.ifPresent(s -> lines.add(new Line("to recovered, committed", s)));
    back.ifPresent(s -> lines.add(new Line("to recovered, not committed", s)));
    lines.add(new Line("recover, nothing to do", idle));
    return List.of(
        new FigureTable<>("kills", "Agents killed", List.of(counts))
            .whole("kills", "kills", Counts::kills)
            .whole("recovered by several tries", "again", Counts::again)
            .whole("ended before", "missed", Counts::missed)
            .whole("lease s", "lease_s", _ -> lease.toSeconds()),
        new FigureTable<>("recovery", "Recovery", lines)
            .text("ms", "title", Line::title)
            .whole("of", "kills", line -> line.samples.sortedNanos().size())
            .millis("p50", "p50_us", line -> line.samples.rank(50))
            .millis("p99", "p99_us", line -> line.samples.rank(99))
            .millis("max", "max_us", line -> line.samples.worst()));
  }
}
