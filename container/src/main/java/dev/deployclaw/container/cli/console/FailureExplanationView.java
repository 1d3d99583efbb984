package dev.deployclaw.container.cli.console;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.recovery.RecoveryReport;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.ScanReport;
import dev.deployclaw.core.rollback.CheckpointReport;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.finding.Severity;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says on standard error why a command did not come to what was asked, and what to do: one line,
 * with and without {@code --json}.
 */
public record FailureExplanationView(CommandEnvironment around) {
  private static final String NOTHING_ACTIVE = "nothing was activated; ";
  private static final String MAKE_REACHABLE =
      NOTHING_ACTIVE + "make the named back end reachable again, then ask again";

  /** What a person can decide where a back end is ahead of the state store. */
  public static final String REGRESSED =
      "restore the newer etcd; or keep this one, and enforce its policies under a new epoch, with:"
          + " deployclaw recover --accept-regression";

  /** How the reason of a way back begins that waits for members. */
  private static final String NOT_BACK = "not back yet: ";

  /** What can be done for it. */
  private static final String WAITS =
      "fix the named problem, then: deployclaw recover; or end it without these members, "
          + "which are drift then: deployclaw recover --leave-out MEMBER";

  /** How a repair begins that left something. */
  private static final String NOT_REPAIRED = "not repaired: ";

  /**
   * @param document its log, which says in which step it ended; empty where there is none
   */
  public void tell(RequestOutcome ended, Optional<ExecutionDocument> document) {
    if (ended.exit() == ExitCode.OK) {
      return;
    }
    String where =
        document.flatMap(FailureExplanationView::step).map(s -> " in step " + s).orElse("");
    String log = document.map(_ -> "; more: deployclaw log " + ended.execution()).orElse("");
    say(ended.result() + where + ": " + ended.reason(), remedy(ended) + log);
  }

  public void tell(PlanPreviewReport answer) {
    switch (answer) {
      case PlanPreviewReport.Planned _,
          PlanPreviewReport.Understood _,
          PlanPreviewReport.Inquiry _ -> {}
      case PlanPreviewReport.NeedsClarification unclear ->
          say(
              ExecutionStatus.NEEDS_CLARIFICATION + ": " + String.join(" ", unclear.texts()),
              remedy(ExitCode.NEEDS_CLARIFICATION));
      case PlanPreviewReport.Refused(ExitCode exit, String reason) ->
          say(ExecutionStatus.REFUSED + ": " + reason, remedy(exit));
    }
  }

  public void tell(ScanReport answer) {
    if (answer.exit() != ExitCode.OK) {
      say(answer.reason(), remedy(answer));
    }
  }

  public void tell(RecoveryReport answer) {
    if (answer.exit() != ExitCode.OK) {
      say(answer.reason(), remedy(answer));
    }
  }

  public void tell(CheckpointReport answer) {
    switch (answer.exit()) {
      case OK -> {}
      case INVALID ->
          say(
              answer.reason(),
              "don't rely on it: find out who writes to the checkpoints' bucket or to "
                  + "etcd; the next change takes a new one");
      case REFUSED -> say(answer.reason(), "give the id of a change");
      case INTERNAL_FAULT, WRONG_USAGE, NEEDS_CLARIFICATION, HELD, ROLLED_BACK, FAILED ->
          say(answer.reason(), "make the named back end reachable again, then look again");
      case AUDIT_FAILED, UNREACHABLE, ABORTED ->
          say(answer.reason(), "make the named back end reachable again, then look again");
    }
  }

  public void tell(AgentStatusReport answer) {
    if (answer.exit() != ExitCode.OK) {
      say(answer.unreachable(), "make it reachable again, then look again");
    }
  }

  private void say(String reason, String remedy) {
    around.warn("deployclaw: " + reason + "; " + remedy);
  }

  private static String remedy(RecoveryReport answer) {
    if (answer.reason().startsWith("REGRESSED")) {
      return REGRESSED;
    }
    if (answer.exit() == ExitCode.REFUSED) {
      return "no member is left out";
    }
    return unfinished(answer.reason());
  }

  /** What can be done about what isn't finished, and why it isn't. */
  public static String unfinished(String why) {
    return why.contains(NOT_BACK) ? WAITS : remedy(ExitCode.FAILED);
  }

  private static String remedy(RequestOutcome ended) {
    boolean failed = ended.result() == ExecutionStatus.FAILED && ended.exit() == ExitCode.FAILED;
    if (ended.cause().isPresent() && (ended.result() == ExecutionStatus.ABORTED || failed)) {
      return remedy(ended.cause().get());
    }
    if (ended.reason().contains(NOT_BACK)) {
      return WAITS;
    }
    if (ended.reason().startsWith(NOT_REPAIRED)) {
      return "fix the named member, or make it reachable, then: deployclaw drift --repair";
    }
    return switch (ended.exit()) {
      case FAILED ->
          ended.result() == ExecutionStatus.FAILED
              ? "it is committed and was not rolled back; see the state of each member "
                  + "with: deployclaw scan; fix the named problem, then ask again, or: "
                  + "deployclaw rollback last"
              : "make the named back end reachable again, then: deployclaw recover";
      case HELD -> held(ended);
      case NEEDS_CLARIFICATION ->
          ended.execution().isEmpty()
              ? remedy(ended.exit())
              : NOTHING_ACTIVE + "deployclaw answer %s \"…\"".formatted(ended.execution());
      case OK, INTERNAL_FAULT, WRONG_USAGE, REFUSED -> remedy(ended.exit());
      case ROLLED_BACK, INVALID, AUDIT_FAILED, UNREACHABLE, ABORTED -> remedy(ended.exit());
    };
  }

  private static String held(RequestOutcome ended) {
    return ended.reason().startsWith("scheduled for ")
        ? "deployclaw status lists it"
        : "deployclaw approve %s, or: deployclaw reject %s"
            .formatted(ended.execution(), ended.execution());
  }

  private static String remedy(ExitCode exit) {
    return switch (exit) {
      case OK -> "";
      case INTERNAL_FAULT -> CommandExceptionHandler.REPORT;
      case WRONG_USAGE -> NOTHING_ACTIVE + "correct the configuration, then ask again";
      case NEEDS_CLARIFICATION -> NOTHING_ACTIVE + "say it again with the answer in the request";
      case REFUSED ->
          NOTHING_ACTIVE
              + "deployclaw status shows what is committed and held; deployclaw plan "
              + "REQUEST shows what a request would do";
      case HELD -> "deployclaw status shows what is held";
      case ROLLED_BACK -> "the previous policies are back; fix the named problem, then ask again";
      case FAILED -> "make the named back end reachable again, then: deployclaw recover";
      case INVALID ->
          NOTHING_ACTIVE + "fix the named problem, then check with: deployclaw validate";
      case AUDIT_FAILED -> "look at the file before you go on";
      case UNREACHABLE -> MAKE_REACHABLE;
      case ABORTED -> NOTHING_ACTIVE + "find the obstacle with: deployclaw status, then ask again";
    };
  }

  private static String remedy(AbortCause cause) {
    return switch (cause) {
      case UNREACHABLE -> MAKE_REACHABLE;
      case VOTED_DOWN -> NOTHING_ACTIVE + "fix the named problem, then ask again";
      case REJECTED -> NOTHING_ACTIVE + "ask for something else, or ask again";
      case EXPIRED -> NOTHING_ACTIVE + "ask again, and have it approved in time";
      case STALE -> NOTHING_ACTIVE + "ask again: it is then planned on the present state";
      case SKILL_REFUSED ->
          NOTHING_ACTIVE + "read the skill, and pin it again or put it back, then ask again";
      case CHECKPOINT_ALTERED ->
          NOTHING_ACTIVE + "find out who writes to the checkpoints' bucket, then ask again";
      case REGRESSED -> REGRESSED;
      case FROZEN -> NOTHING_ACTIVE + "lift the kill switch, then ask again";
      case INTERRUPTED -> NOTHING_ACTIVE + "ask again";
    };
  }

  private static String remedy(ScanReport answer) {
    if (answer.exit() == ExitCode.UNREACHABLE) {
      return "nothing was changed; make it reachable again, then look again";
    }
    if (!answer.problems().isEmpty()) {
      return "correct that document, then look again";
    }
    var finding = answer.findings().stream().filter(f -> f.severity() == Severity.ERROR).findAny();
    if (finding.isPresent()) {
      return finding.map(PolicyFinding::remedy).get();
    }
    if (answer.drift().stream().anyMatch(d -> d.kind() == Discrepancy.Kind.ACCESS_DENIED)) {
      return Discrepancy.Kind.ACCESS_DENIED.remedy();
    }
    if (answer.drift().stream().anyMatch(d -> d.kind() == Discrepancy.Kind.UNREACHABLE)) {
      return "make what can't be reached answer again, then look again";
    }
    if (answer.drift().stream().anyMatch(d -> d.kind() == Discrepancy.Kind.ASTRAY)) {
      return "fix that rate limit service, then look again";
    }
    if (!answer.drift().isEmpty() && answer.epoch() > 0) {
      return answer.drift().stream().anyMatch(d -> d.kind() == Discrepancy.Kind.AHEAD)
          ? REGRESSED
          : "put the committed epoch back with: deployclaw drift --repair";
    }
    return answer.drift().isEmpty()
        ? "look at that gateway, the rate limit service beside it, and the Redis that it asks"
        : "write the wanted policies again with: deployclaw run \"Orchestrate the rate "
            + "limit policies of all tenants\"";
  }

  /** The last step that did not end well: "5, Applying orchestrated policies". */
  private static Optional<String> step(ExecutionDocument document) {
    var steps = document.fields().get("thought_log") instanceof List<?> list ? list : List.of();
    return steps.stream()
        .map(s -> s instanceof Map<?, ?> step ? step : Map.of())
        .filter(s -> "ERROR".equals(s.get("status")) || "UNKNOWN".equals(s.get("status")))
        .reduce((_, last) -> last)
        .map(s -> s.get("step") + ", " + s.get("action"));
  }
}
