package dev.deployclaw.container.server;

import dev.deployclaw.audit.signin.SignInJournal.Tampering;
import dev.deployclaw.container.monitor.AlertCondition;
import dev.deployclaw.container.monitor.AlertKind;
import dev.deployclaw.container.query.ExecutionQueries;
import dev.deployclaw.container.server.EstateMonitor.PutBack;
import dev.deployclaw.container.wiring.MachineName;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.regression.AheadMember;
import dev.deployclaw.core.result.ExecutionStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is wrong with executions: those that wait for a person, and those that ended badly. */
final class AlertConditions {
  private static final int MOST_LOOKED_AT = 20;

  /**
   * So long an execution that ended badly is reported; one whose result isn't known until it is.
   */
  private static final Duration FRESH = Duration.ofHours(1);

  private static final String UNKNOWN = ExecutionStatus.UNKNOWN.name();
  private static final Set<String> BAD =
      Set.of(ExecutionStatus.ROLLED_BACK.name(), ExecutionStatus.FAILED.name(), UNKNOWN);

  private AlertConditions() {}

  static List<AlertCondition> held(AgentStatusReport status) {
    return status.waiting().stream().map(w -> held(w, status.moved(w.id()))).toList();
  }

  static List<AlertCondition> frozen(AgentStatusReport status) {
    return status.frozen().stream()
        .map(freeze ->
            new AlertCondition(
                AlertKind.FROZEN,
                "estate",
                "the kill switch is on, "
                    + freeze.sentence()
                    + "; no change begins or commits until: deployclaw thaw",
                List.of(freeze.by()),
                Map.of("by", freeze.by(), "reason", freeze.reason(), "since", freeze.since())))
        .toList();
  }

  static List<AlertCondition> regressed(List<AheadMember> ahead) {
    if (ahead.isEmpty()) {
      return List.of();
    }
    return List.of(
        new AlertCondition(
            AlertKind.REGRESSED,
            "estate",
            "REGRESSED: "
                + ahead.getFirst().text()
                + "; nothing is written: restore the newer etcd, or decide with: deployclaw recover"
                + " --accept-regression",
            ahead.stream().map(AheadMember::member).distinct().sorted().toList(),
            Map.of("ahead", ahead.stream().map(AheadMember::toMap).toList())));
  }

  /** Of executor hosts, for an hour. */
  static List<AlertCondition> violations(Map<String, Violation> violations, Instant now) {
    return violations.entrySet().stream()
        .filter(v -> v.getValue().at().plus(FRESH).isAfter(now))
        .map(v ->
            new AlertCondition(
                AlertKind.VIOLATION,
                v.getKey(),
                v.getKey() + " " + v.getValue().what(),
                List.of(v.getKey()),
                Map.of("at", v.getValue().at().toString())))
        .toList();
  }

  /** Of a machine's logs of sign-ins, for an hour. */
  static List<AlertCondition> tampered(Optional<Tampering> found, Instant now) {
    return found.filter(t -> t.at().plus(FRESH).isAfter(now)).stream()
        .map(t ->
            new AlertCondition(
                AlertKind.TAMPERED,
                MachineName.name(),
                "a log of sign-ins was changed or removed: " + t.what(),
                List.of(t.at().toString()),
                Map.of("at", t.at().toString())))
        .toList();
  }

  /** Each until the stream holds the log's record. */
  static List<AlertCondition> forked(List<StreamCopy.Fork> forks) {
    return forks.stream()
        .map(f ->
            new AlertCondition(
                AlertKind.FORK,
                f.execution(),
                f.sentence() + "; then, if changes are frozen: deployclaw thaw",
                List.of("record " + f.seq()),
                Map.of("seq", f.seq(), "here", f.here(), "there", f.there())))
        .toList();
  }

  /** Each until the stream has it. */
  static List<AlertCondition> notShipped(List<StreamCopy.Stuck> stuck) {
    return stuck.stream()
        .map(one ->
            new AlertCondition(
                AlertKind.NOT_SHIPPED,
                one.execution(),
                one.sentence(),
                List.of("record " + one.seq()),
                Map.of("seq", one.seq(), "why", one.why(), "remedy", one.remedy())))
        .toList();
  }

  /** For an hour. */
  static List<AlertCondition> repaired(List<StreamCopy.Repaired> repaired, Instant now) {
    return repaired.stream()
        .filter(r -> noticed(r).plus(FRESH).isAfter(now))
        .map(
            r -> new AlertCondition(AlertKind.REPAIR, r.name(), r.sentence(), List.of(), r.facts()))
        .toList();
  }

  private static Instant noticed(StreamCopy.Repaired repaired) {
    return Instant.parse(String.valueOf(repaired.facts().get("noticed")));
  }

  /** For an hour; what could not be put back is drift. */
  static List<AlertCondition> putBack(Optional<PutBack> last, Instant now) {
    return last.filter(p -> p.at().plus(FRESH).isAfter(now)).stream()
        .map(p ->
            new AlertCondition(
                AlertKind.PUT_BACK,
                "estate",
                p.ended().execution() + ": " + p.ended().reason(),
                List.of(p.ended().execution()),
                Map.of("result", p.ended().result().name())))
        .toList();
  }

  static List<AlertCondition> ended(ExecutionQueries executions, Instant now) {
    var out = new ArrayList<AlertCondition>();
    for (var summary : executions.page(MOST_LOOKED_AT, Optional.empty()).summaries()) {
      String result = text(summary, "result");
      if (BAD.contains(result)
          && (result.equals(UNKNOWN) || fresh(summary, now) || isOutline(summary))) {
        out.add(ended(summary, result));
      }
    }
    return out;
  }

  private static AlertCondition held(PendingApproval held, Optional<String> moved) {
    String id = held.id();
    return new AlertCondition(
        AlertKind.HELD,
        id,
        moved
            .map(why -> id + " can't go on: " + why)
            .orElse(id + " waits for an approval: deployclaw approve " + id + ", or reject it"),
        List.of(id),
        Map.of("why", held.why(), "requester", held.requester()));
  }

  private static AlertCondition ended(Map<String, Object> summary, String result) {
    String id = text(summary, "execution_id");
    String reason = text(summary, "reason");
    return new AlertCondition(
        AlertKind.EXECUTION,
        id,
        id + " ended " + result + (reason.isEmpty() ? "" : ": " + reason),
        List.of(result),
        Map.of(
            "result",
            result,
            "reason",
            reason,
            "request",
            text(summary, "request"),
            "requester",
            text(summary, "requester")));
  }

  /** Then its end is signed, but not when it says that it began. */
  private static boolean isOutline(Map<String, Object> summary) {
    return summary.containsKey("outline");
  }

  private static boolean fresh(Map<String, Object> summary, Instant now) {
    try {
      var began = Instant.parse(text(summary, "timestamp"));
      double took = summary.get("duration_seconds") instanceof Number n ? n.doubleValue() : 0;
      return began.plusMillis((long) (took * 1000)).plus(FRESH).isAfter(now);
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static String text(Map<String, Object> summary, String key) {
    return Optional.ofNullable(summary.get(key)).map(String::valueOf).orElse("");
  }
}
