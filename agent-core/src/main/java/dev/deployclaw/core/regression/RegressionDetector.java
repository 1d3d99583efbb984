package dev.deployclaw.core.regression;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.CallDispatcher;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberPhrases;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.AcceptedRegression;
import dev.deployclaw.core.store.StoreKeys;
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
public record RegressionDetector(AgentPorts ports, AgentSettings settings) {
  /** The look that tells the highest epoch and term that a member names. */
  static final String MARKS = "marks";

  /** What a person said of it, for the requests that it ends. */
  public static final String ACCEPTED = "a person accepted a state store that was restored";

  private static final String EPOCH = "epoch";
  private static final String TERM = "term";

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
  public record Seen(
      List<AheadMember> ahead,
      long epoch,
      long term,
      boolean outvoted,
      boolean unsettled,
      List<String> silent) {
    public Seen {
      ahead = List.copyOf(ahead);
      silent = List.copyOf(silent);
    }
  }

  public Seen look() throws InterruptedException {
    return begin().see();
  }

  /** Asks the members; they answer while something else is done. */
  public Look begin() {
    var those =
        ports.executors().participants().stream().filter(e -> e.verbs().contains(MARKS)).toList();
    var call = new ExecutorCall.Look(MARKS, Map.of());
    return new Look(
        ports
            .executors()
            .calls()
            .begin(those, call, CallContext.looking(), settings.bounds().call()));
  }

  /** Members that were asked. */
  public final class Look {
    private final CallDispatcher.PendingCalls asked;

    private Look(CallDispatcher.PendingCalls asked) {
      this.asked = asked;
    }

    /** Waits for their answers, and holds them against the state store as it is then. */
    public Seen see() throws InterruptedException {
      var marks = ParticipantReplies.of(asked.answers());
      return compare(marks, Known.read(ports.state()));
    }
  }

  private static Seen compare(ParticipantReplies marks, Known known) {
    long epoch = Math.max(known.committed(), known.accepted());
    List<AheadMember> ahead = new ArrayList<>();
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

  private static boolean outvoted(ParticipantReplies marks, List<AheadMember> ahead) {
    var named = ahead.stream().map(AheadMember::member).collect(Collectors.toSet());
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
          state.get(List.of(StoreKeys.ACTIVE, StoreKeys.ACCEPTED, StoreKeys.TERM)).stream()
              .collect(Collectors.toMap(Entry::key, Entry::value));
      return new Known(
          Optional.ofNullable(found.get(StoreKeys.ACTIVE))
              .map(b -> CommittedEpoch.read(b).epoch())
              .orElse(0L),
          Optional.ofNullable(found.get(StoreKeys.ACCEPTED))
              .map(b -> AcceptedRegression.read(b).epoch())
              .orElse(0L),
          Optional.ofNullable(found.get(StoreKeys.TERM))
              .map(b -> Long.parseLong(new String(b, StandardCharsets.UTF_8)))
              .orElse(0L));
    }
  }

  /** How a request that it stops ends. */
  public static ExecutionOutcome ending(List<AheadMember> ahead) {
    return ExecutionOutcome.aborted(AbortCause.REGRESSED, sentence(ahead));
  }

  public static String sentence(List<AheadMember> ahead) {
    var named =
        ahead.stream().map(a -> new MemberPhrases.Entry(a.member(), a.text(), true)).toList();
    return "REGRESSED: "
        + MemberPhrases.listed(named)
        + "; the state store is older than what is enforced, as after a restored backup, so nothing"
        + " is written until a person decides";
  }

  private static Optional<AheadMember> beyond(MemberReport report, String what, long most) {
    long named = number(report, what);
    return named > most
        ? Optional.of(new AheadMember(report.member(), what, named, most))
        : Optional.empty();
  }

  private static long highest(ParticipantReplies marks, String what) {
    return marks.all().stream().mapToLong(r -> number(r, what)).max().orElse(0);
  }

  private static long number(MemberReport report, String what) {
    return report.facts().get(what) instanceof Number n ? n.longValue() : 0;
  }
}
