package dev.deployclaw.core.change.probe;

import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.CohortSplit;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.RolloutPlan;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Sends synthetic requests through the enforcement points. No data is not a pass. */
public record SyntheticProbe(ExecutorRegistry executors, AgentSettings settings, AgentClock time) {
  /**
   * While a candidate is on trial, each side of its cohort by its own epoch. Tenants of one side
   * may not enter everywhere, but those of both together have to.
   */
  public ChangeEvent probe(EpochSpec activation, RolloutPlan rollout, OrchestrationContext context)
      throws InterruptedException {
    if (probe().isEmpty()) {
      return new ChangeEvent.Refused("nothing can send synthetic requests here");
    }
    var sides = CohortSplit.of(activation);
    var unreached = new Unreached(sides.size());
    for (var side : sides) {
      var event = side(probe().get(), side, new Question(rollout, unreached), context);
      if (!(event instanceof ChangeEvent.Validated)) {
        return event;
      }
    }
    return unreached
        .everywhere()
        .<ChangeEvent>map(point ->
            new ChangeEvent.Refused("validation: no synthetic request entered at " + point))
        .orElse(new ChangeEvent.Validated());
  }

  /** What an answer is judged by. */
  private record Question(RolloutPlan rollout, Unreached unreached) {}

  /** The points that no tenant entered by, counted over the sides. For one thread. */
  private static final class Unreached {
    private final int sides;
    private final Map<String, Integer> times = new TreeMap<>();

    Unreached(int sides) {
      this.sides = sides;
    }

    /**
     * The answer without the points that nobody of this side, but somebody of another may enter.
     */
    CallOutcome.Done without(CallOutcome.Done done) {
      if (sides == 1) {
        return done;
      }
      var entered = new ArrayList<MemberReport>();
      for (var report : done.reports()) {
        if (nobody(report)) {
          times.merge(report.member(), 1, Integer::sum);
        } else {
          entered.add(report);
        }
      }
      return new CallOutcome.Done(entered, done.facts());
    }

    Optional<String> everywhere() {
      return times.entrySet().stream()
          .filter(e -> e.getValue() == sides)
          .map(Map.Entry::getKey)
          .findFirst();
    }

    private static boolean nobody(MemberReport report) {
      return report.answer() == Answer.UNKNOWN
          && report.facts().get("requests") instanceof Number n
          && n.longValue() == 0;
    }
  }

  private ChangeEvent side(
      BackendExecutor by, EpochSpec side, Question question, OrchestrationContext context)
      throws InterruptedException {
    long from = time.micros();
    var call = new ExecutorCall.Probe(side, settings.probes());
    var outcome =
        executors.calls().one(by, call, context.callContext(), settings.bounds().converge());
    return switch (outcome) {
      case CallOutcome.Failed(var fault) -> failed(fault.reason(), context, from);
      case CallOutcome.Done done ->
          judge(question.unreached().without(done), question.rollout(), context, from);
    };
  }

  private ChangeEvent failed(String reason, OrchestrationContext context, long from) {
    var entry = new LogEntryContent(reason, Status.ERROR);
    context.recorder().tellTimed(Phase.VALIDATE, "Sending synthetic requests", entry, from);
    context.recorder().summarise(reason, Status.ERROR);
    return new ChangeEvent.Refused("validation: " + reason);
  }

  private ChangeEvent judge(
      CallOutcome.Done done, RolloutPlan rollout, OrchestrationContext context, long from) {
    var replies = ParticipantReplies.of(Map.of("probe", done));
    var facts = new TreeMap<>(done.facts());
    facts.putIfAbsent("per_enforcement_point", points(done.reports()));
    String wrong = wrong(replies).or(() -> slow(facts, rollout)).orElse("");
    boolean passed = wrong.isEmpty();
    String detail = passed ? words(facts) : words(facts) + "; " + wrong;
    Status status = passed ? Status.OK : Status.ERROR;
    var entry = new LogEntryContent(detail, status, Map.of("validation", facts));
    context.recorder().tellTimed(Phase.VALIDATE, "Sending synthetic requests", entry, from);
    context.recorder().summarise(detail, status);
    context.recorder().validated(facts);
    return passed ? new ChangeEvent.Validated() : new ChangeEvent.Refused("validation: " + wrong);
  }

  private static Optional<String> wrong(ParticipantReplies replies) {
    if (replies.allYes() && !replies.with(Answer.YES).isEmpty()) {
      return Optional.empty();
    }
    String wrong = replies.pending();
    return Optional.of(wrong.isEmpty() ? "no enforcement point answered" : wrong);
  }

  private static Optional<String> slow(Map<String, Object> facts, RolloutPlan rollout) {
    return rollout
        .mostP99Micros()
        .filter(most -> !(facts.get("p99_us") instanceof Number p99) || p99.longValue() > most)
        .map(most ->
            "p99 is %s, and the limit is %s"
                .formatted(millis(facts, "p99_us"), millis(Map.of("most", most), "most")));
  }

  private static String words(Map<String, Object> facts) {
    boolean well = facts.get("unexpected") instanceof Number n && n.longValue() == 0;
    return (well
            ? "%s requests as expected (%s allowed, %s refused); p50 %s, p99 %s"
            : "%s requests, %s allowed, %s refused; p50 %s, p99 %s")
        .formatted(
            facts.getOrDefault("requests", 0),
            facts.getOrDefault("allowed", 0),
            facts.getOrDefault("refused", 0),
            millis(facts, "p50_us"),
            millis(facts, "p99_us"));
  }

  private static String millis(Map<String, Object> facts, String key) {
    return facts.get(key) instanceof Number micros
        ? String.format(Locale.ROOT, "%.1f ms", micros.longValue() / 1_000.0)
        : "not measured";
  }

  private static List<Map<String, Object>> points(List<MemberReport> reports) {
    List<Map<String, Object>> out = new ArrayList<>();
    for (var report : reports) {
      var point = new TreeMap<>(report.facts());
      point.put("member", report.member());
      point.put("answer", report.answer().name());
      if (!report.reason().isEmpty()) {
        point.put("reason", report.reason());
      }
      out.add(point);
    }
    return out;
  }

  private Optional<BackendExecutor> probe() {
    return executors.named("probe");
  }
}
