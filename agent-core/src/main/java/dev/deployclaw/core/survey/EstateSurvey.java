package dev.deployclaw.core.survey;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.procedure.Procedure.OnFailure;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Looks at the estate, operation by operation, and keeps what was seen. Used by one thread. */
public final class EstateSurvey {
  private static final String KUBERNETES = "kubernetes.inspect";
  private static final String SUMMARY = "summary";
  private static final Set<String> MEASURED =
      Set.of("redis.latency", "redis.clock", "redis.topology");
  private static final int MOST_SUMMARIES = 6;
  private static final int MOST_MEMBERS = 200;

  private final ExecutorRegistry executors;
  private final AgentSettings settings;
  private final AgentClock time;
  private final Map<String, CallOutcome> looks = new TreeMap<>();

  public EstateSurvey(AgentPorts ports, AgentSettings settings) {
    this.executors = ports.executors();
    this.settings = settings;
    this.time = ports.time();
  }

  /** What was seen, by operation. */
  public Map<String, CallOutcome> looks() {
    return looks;
  }

  /** A look that isn't told; an executor that isn't there is a failed look. */
  public CallOutcome quietly(String operation) throws InterruptedException {
    return ask(operation, CallContext.looking());
  }

  private CallOutcome ask(String operation, CallContext callContext) throws InterruptedException {
    var outcome = executors.look(operation, callContext, settings.bounds().call());
    looks.put(operation, outcome);
    return outcome;
  }

  /** A look that is told. Gives how it ends, where the step says that it must not fail. */
  public Optional<ExecutionOutcome> look(
      String operation, OnFailure onFailure, ExecutionRecorder recorder)
      throws InterruptedException {
    long from = time.micros();
    var outcome = ask(operation, recorder.looks());
    var loop = recorder.failureGuard().asked(operation, outcome);
    var replies =
        ParticipantReplies.of(Map.of(operation.substring(0, operation.indexOf('.')), outcome));
    boolean fatal =
        onFailure != OnFailure.WARN && needed(operation) && failed(operation, replies, outcome);
    var entry = entry(operation, replies, fatal);
    recorder.tellTimed(Phase.PLAN, operation, entry, from);
    recorder.summarise(entry.detail(), entry.status());
    if (loop.isPresent()) {
      recorder.tell(Phase.PLAN, operation, new LogEntryContent(loop.get(), Status.ERROR));
      return Optional.of(ExecutionOutcome.aborted(loop.get()));
    }
    return fatal
        ? Optional.of(ending(operation + ": " + entry.detail(), replies))
        : Optional.empty();
  }

  /** A member that answers that it is not as it must be was reached. */
  private static ExecutionOutcome ending(String reason, ParticipantReplies replies) {
    return replies.with(Answer.NO).isEmpty()
        ? ExecutionOutcome.unreachable(reason)
        : ExecutionOutcome.aborted(AbortCause.VOTED_DOWN, reason);
  }

  /** Only what takes part in a change has to be there for it. */
  private boolean needed(String operation) {
    String name = operation.substring(0, operation.indexOf('.'));
    return executors.named(name).filter(BackendExecutor::participates).isPresent();
  }

  /** Who takes part must be there. What a scan or a measurement finds is a finding, no failure. */
  private static boolean failed(String operation, ParticipantReplies replies, CallOutcome outcome) {
    return outcome instanceof CallOutcome.Failed
        || (operation.endsWith(".topology") && !replies.allYes());
  }

  private LogEntryContent entry(String operation, ParticipantReplies replies, boolean fatal) {
    var plain = LogEntryContent.of(replies);
    String detail = detail(operation, replies, plain);
    if (fatal) {
      return new LogEntryContent(detail, Status.ERROR, plain.facts());
    }
    boolean skipped =
        !replies.all().isEmpty() && replies.with(Answer.SKIPPED).size() == replies.all().size();
    if (skipped) {
      return new LogEntryContent(
          operation + " skipped: " + replies.all().getFirst().reason(),
          Status.SKIPPED,
          plain.facts());
    }
    Status status = replies.allYes() ? Status.OK : Status.WARNING;
    return new LogEntryContent(detail, status, measured(operation, replies, plain));
  }

  /**
   * What was measured or counted, member by member; lists would outgrow a record. Of who takes no
   * part in a change it is all that there is to tell.
   */
  private Map<String, Object> measured(
      String operation, ParticipantReplies replies, LogEntryContent plain) {
    if (needed(operation) && !MEASURED.contains(operation)) {
      return plain.facts();
    }
    var facts = new TreeMap<>(plain.facts());
    replies.with(Answer.YES).stream()
        .limit(MOST_MEMBERS)
        .forEach(r -> facts.put(r.member(), plain(r.facts())));
    return facts;
  }

  private static Map<String, Object> plain(Map<String, Object> facts) {
    var out = new TreeMap<>(facts);
    out.values().removeIf(v -> v instanceof Collection || v instanceof Map);
    return out;
  }

  private static String detail(
      String operation, ParticipantReplies replies, LogEntryContent plain) {
    return switch (operation) {
      case "redis.latency" -> "round trips " + range(replies, "median_us");
      case "redis.clock" -> "clock offsets " + range(replies, "offset_us");
      case "redis.topology" -> plain.detail() + ", " + primaries(replies) + " of them primaries";
      case "docker.inspect", KUBERNETES -> plain.detail() + summaries(replies);
      default -> plain.detail();
    };
  }

  private static long primaries(ParticipantReplies replies) {
    return replies.all().stream().filter(r -> "primary".equals(r.facts().get("role"))).count();
  }

  /** What those that answered say of themselves in a line. */
  private static String summaries(ParticipantReplies replies) {
    var all =
        replies.all().stream()
            .filter(r -> r.facts().containsKey(SUMMARY))
            .map(r -> r.member() + " has " + r.facts().get(SUMMARY))
            .toList();
    String first =
        all.stream().limit(MOST_SUMMARIES).map(s -> ", " + s).collect(Collectors.joining());
    return all.size() > MOST_SUMMARIES
        ? first + ", and " + (all.size() - MOST_SUMMARIES) + " more"
        : first;
  }

  /** The least and the most of a measured fact. */
  private static String range(ParticipantReplies replies, String fact) {
    var numbers =
        replies.all().stream()
            .map(r -> r.facts().get(fact))
            .filter(Number.class::isInstance)
            .mapToLong(n -> ((Number) n).longValue())
            .summaryStatistics();
    return numbers.getCount() == 0
        ? "not measured: " + replies.named(Answer.UNKNOWN)
        : "%d to %d us over %d nodes"
            .formatted(numbers.getMin(), numbers.getMax(), numbers.getCount());
  }
}
