package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Accepted;
import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.core.spi.StateStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether a back end is ahead of the state store: acts on an epoch that was never committed there,
 * or was written to by a leader of a term that was never given out. Then the state store isn't what
 * it was, as after a restored backup, and nothing that it says may be acted on. Looks only. The
 * state store is read after the members: what it decides only grows, so an honest member is never
 * ahead of that reading.
 */
final class Regression {
  /** The look that tells the highest epoch and term that a member names. */
  static final String MARKS = "marks";

  private static final String EPOCH = "epoch";
  private static final String TERM = "term";
  private static final int MOST_NAMED = 3;

  private final Executors executors;
  private final StateStore state;
  private final Settings settings;

  Regression(Ports ports, Settings settings) {
    this.executors = ports.executors();
    this.state = ports.state();
    this.settings = settings;
  }

  /**
   * What was seen.
   *
   * @param ahead empty where all is well
   * @param epoch the highest that any member names
   * @param term the highest that any member names
   * @param silent members that could not be asked
   */
  record Seen(List<Ahead> ahead, long epoch, long term, List<String> silent) {
    Seen {
      ahead = List.copyOf(ahead);
      silent = List.copyOf(silent);
    }
  }

  Seen look() throws InterruptedException {
    var marks = marks();
    long epoch = Math.max(committed(), accepted().epoch());
    long term = term();
    List<Ahead> ahead = new ArrayList<>();
    for (var report : marks.all()) {
      beyond(report, EPOCH, epoch).ifPresent(ahead::add);
      beyond(report, TERM, term).ifPresent(ahead::add);
    }
    return new Seen(
        ahead, highest(marks, EPOCH), highest(marks, TERM), marks.members(Answer.UNKNOWN));
  }

  /** How whoever is stopped by it ends. */
  static Ending ending(List<Ahead> ahead) {
    return Ending.aborted(Cause.REGRESSED, sentence(ahead));
  }

  static String sentence(List<Ahead> ahead) {
    var named = ahead.stream().limit(MOST_NAMED).map(Ahead::text).collect(Collectors.joining("; "));
    int more = ahead.size() - MOST_NAMED;
    return "REGRESSED: "
        + named
        + (more > 0 ? "; and " + more + " more" : "")
        + "; the state store is older than what is enforced, as after a restored backup, so nothing"
        + " is written until a person decides";
  }

  private Tally marks() throws InterruptedException {
    var those = executors.participants().stream().filter(e -> e.verbs().contains(MARKS)).toList();
    var call = new Call.Look(MARKS, Map.of());
    return Tally.of(Calls.all(those, call, Fence.NONE, settings.bounds().call()));
  }

  private static Optional<Ahead> beyond(Report report, String what, long most) {
    long named = number(report, what);
    return named > most
        ? Optional.of(new Ahead(report.member(), what, named, most))
        : Optional.empty();
  }

  private static long highest(Tally marks, String what) {
    return marks.all().stream().mapToLong(r -> number(r, what)).max().orElse(0);
  }

  private static long number(Report report, String what) {
    return report.facts().get(what) instanceof Number n ? n.longValue() : 0;
  }

  private long committed() throws InterruptedException {
    return state.get(Keys.ACTIVE).map(e -> Active.read(e.value()).epoch()).orElse(0L);
  }

  private long term() throws InterruptedException {
    return state
        .get(Keys.TERM)
        .map(e -> Long.parseLong(new String(e.value(), StandardCharsets.UTF_8)))
        .orElse(0L);
  }

  private Accepted accepted() throws InterruptedException {
    return state.get(Keys.ACCEPTED).map(e -> Accepted.read(e.value())).orElse(Accepted.NOTHING);
  }
}
