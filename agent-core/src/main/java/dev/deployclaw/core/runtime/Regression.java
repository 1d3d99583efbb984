package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Accepted;
import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.NamedMembers;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
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

  /** What a person said of it, for whoever it ends. */
  static final String ACCEPTED = "a person accepted a state store that was restored";

  private static final String EPOCH = "epoch";
  private static final String TERM = "term";
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
   * @param outvoted whether of each participant fewer than half of the members that answered are
   *     ahead
   * @param unsettled whether a member acts beyond what is committed, by a person's word
   * @param silent members that could not be asked
   */
  record Seen(
      List<Ahead> ahead,
      long epoch,
      long term,
      boolean outvoted,
      boolean unsettled,
      List<String> silent) {
    Seen {
      ahead = List.copyOf(ahead);
      silent = List.copyOf(silent);
    }
  }

  Seen look() throws InterruptedException {
    return begin().see();
  }

  /** Asks the members; they answer while something else is done. */
  Look begin() {
    var those = executors.participants().stream().filter(e -> e.verbs().contains(MARKS)).toList();
    var call = new Call.Look(MARKS, Map.of());
    return new Look(
        executors.calls().begin(those, call, Mandate.looking(), settings.bounds().call()));
  }

  /** Members that were asked. */
  final class Look {
    private final Calls.Asked asked;

    private Look(Calls.Asked asked) {
      this.asked = asked;
    }

    /** Waits for their answers, and holds them against the state store as it is then. */
    Seen see() throws InterruptedException {
      var marks = Tally.of(asked.answers());
      return compare(marks, Known.read(state));
    }
  }

  private static Seen compare(Tally marks, Known known) {
    long epoch = Math.max(known.committed(), known.accepted());
    List<Ahead> ahead = new ArrayList<>();
    for (var report : marks.all()) {
      beyond(report, EPOCH, epoch).ifPresent(ahead::add);
      beyond(report, TERM, known.term()).ifPresent(ahead::add);
    }
    long highest = highest(marks, EPOCH);
    return new Seen(
        ahead,
        highest,
        highest(marks, TERM),
        !ahead.isEmpty() && outvoted(marks, ahead),
        ahead.isEmpty() && highest > known.committed(),
        marks.members(Answer.UNKNOWN));
  }

  private static boolean outvoted(Tally marks, List<Ahead> ahead) {
    var named = ahead.stream().map(Ahead::member).collect(Collectors.toSet());
    return marks.reports().values().stream()
        .allMatch(members -> {
          long answered = members.stream().filter(r -> r.answer() == Answer.YES).count();
          long beyond = members.stream().filter(r -> named.contains(r.member())).count();
          return beyond == 0 || 2 * beyond < answered;
        });
  }

  /** What the state store knows, in one snapshot. */
  private record Known(long committed, long accepted, long term) {
    static Known read(StateStore state) throws InterruptedException {
      var found =
          state.get(List.of(Keys.ACTIVE, Keys.ACCEPTED, Keys.TERM)).stream()
              .collect(Collectors.toMap(Entry::key, Entry::value));
      return new Known(
          Optional.ofNullable(found.get(Keys.ACTIVE)).map(b -> Active.read(b).epoch()).orElse(0L),
          Optional.ofNullable(found.get(Keys.ACCEPTED))
              .map(b -> Accepted.read(b).epoch())
              .orElse(0L),
          Optional.ofNullable(found.get(Keys.TERM))
              .map(b -> Long.parseLong(new String(b, StandardCharsets.UTF_8)))
              .orElse(0L));
    }
  }

  /** How whoever is stopped by it ends. */
  static Ending ending(List<Ahead> ahead) {
    return Ending.aborted(Cause.REGRESSED, sentence(ahead));
  }

  static String sentence(List<Ahead> ahead) {
    var named =
        ahead.stream().map(a -> new NamedMembers.Entry(a.member(), a.text(), true)).toList();
    return "REGRESSED: "
        + NamedMembers.listed(named)
        + "; the state store is older than what is enforced, as after a restored backup, so nothing"
        + " is written until a person decides";
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
}
