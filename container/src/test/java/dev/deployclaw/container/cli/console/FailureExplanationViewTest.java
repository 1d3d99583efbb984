package dev.deployclaw.container.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.container.cli.AnswerFixtures;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.cli.look.ScanView;
import dev.deployclaw.container.cli.plan.PlanView;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.overlay.SourceDrift;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.recovery.RecoveryReport;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.ScanReport;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.finding.Severity;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class FailureExplanationViewTest {
  private static final String ID = "arch-2026-11-24-rate-limit-001";

  @TempDir Path folder;

  private final CommandLineFixture screen = new CommandLineFixture(Path.of(""));
  private final FailureExplanationView view = new FailureExplanationView(screen.surroundings());

  @ParameterizedTest
  @MethodSource("endings")
  void namesTheReasonAndARemedy(RequestOutcome ended, String reason, String remedy) {
    view.tell(ended, Optional.empty());

    assertThat(screen.err())
        .startsWith("deployclaw: " + ended.result() + ": ")
        .contains(reason, remedy);
    assertThat(screen.err().lines()).hasSize(1);
  }

  static Stream<Arguments> endings() {
    return Stream.of(
        ending(
            ExecutionStatus.REFUSED,
            ExitCode.WRONG_USAGE,
            "no gateway",
            "correct the configuration"),
        ending(
            ExecutionStatus.NEEDS_CLARIFICATION,
            ExitCode.NEEDS_CLARIFICATION,
            "Which?",
            "deployclaw answer " + ID),
        ending(
            ExecutionStatus.REFUSED, ExitCode.REFUSED, "out of scope", "deployclaw plan REQUEST"),
        ending(ExecutionStatus.HELD, ExitCode.HELD, "removes acme", "deployclaw approve " + ID),
        ending(
            ExecutionStatus.ROLLED_BACK,
            ExitCode.ROLLED_BACK,
            "validation: gw-01",
            "are back; fix"),
        ending(ExecutionStatus.FAILED, ExitCode.FAILED, "did not take it: gw-01", "rollback last"),
        ending(
            ExecutionStatus.UNKNOWN, ExitCode.FAILED, "still pending: gw-01", "deployclaw recover"),
        ending(
            ExecutionStatus.UNKNOWN,
            ExitCode.FAILED,
            "not back yet: gw-01",
            "recover --leave-out MEMBER"),
        ending(
            ExecutionStatus.REFUSED, ExitCode.INVALID, "acme.yaml:3: wrong", "deployclaw validate"),
        ending(ExecutionStatus.ABORTED, ExitCode.UNREACHABLE, "redis/b:2", "reachable again"),
        ending(
            ExecutionStatus.ABORTED, ExitCode.ABORTED, "another agent leads", "deployclaw status"),
        ending(
            ExecutionStatus.ABORTED, ExitCode.FAILED, "-001 has to be finished first", "recover"));
  }

  @ParameterizedTest
  @EnumSource(AbortCause.class)
  void hasARemedyOfItsOwnForEachCauseOfAnAbort(AbortCause cause) {
    var ended = ended(ExecutionStatus.ABORTED, ExitCode.ABORTED, "gw-01: no", Optional.of(cause));

    view.tell(ended, Optional.empty());

    assertThat(screen.err())
        .startsWith("deployclaw: ABORTED: gw-01: no; ")
        .endsWith(remedy(cause) + "\n");
  }

  private static String remedy(AbortCause cause) {
    return switch (cause) {
      case UNREACHABLE -> "make the named back end reachable again, then ask again";
      case VOTED_DOWN -> "fix the named problem, then ask again";
      case REJECTED -> "ask for something else, or ask again";
      case EXPIRED -> "have it approved in time";
      case STALE -> "planned on the present state";
      case SKILL_REFUSED -> "pin it again or put it back, then ask again";
      case CHECKPOINT_ALTERED -> "who writes to the checkpoints' bucket, then ask again";
      case REGRESSED -> "recover --accept-regression";
      case FROZEN -> "lift the kill switch, then ask again";
      case INTERRUPTED -> "; ask again";
    };
  }

  @Test
  void saysInWhichStepItEndedAndWhereTheRestStands() {
    var ended =
        ended(
            ExecutionStatus.ABORTED,
            ExitCode.ABORTED,
            "did not vote for it: gw-01: no",
            Optional.of(AbortCause.VOTED_DOWN));

    view.tell(ended, Optional.of(document()));

    assertThat(screen.err())
        .startsWith("deployclaw: ABORTED in step 5, Applying: did not vote for it: gw-01: no; ")
        .endsWith("; more: deployclaw log " + ID + "\n");
  }

  @Test
  void saysWhatARecoveryWaitsForAndWhatAPersonCanDecide() {
    String waits = "-001 has to be finished first: not back yet: gw-01: its Deployment is paused";

    view.tell(new RecoveryReport(ExitCode.FAILED, List.of(), waits));
    view.tell(new RecoveryReport(ExitCode.REFUSED, List.of(), "the approver must differ"));

    assertThat(screen.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains(waits, "deployclaw recover --leave-out MEMBER"),
            line -> assertThat(line).contains("the approver must differ; no member is left out"));
  }

  @Test
  void saysNothingOfAGoodEnd() {
    view.tell(
        ended(ExecutionStatus.COMPLETED, ExitCode.OK, "live everywhere", Optional.empty()),
        Optional.of(document()));
    view.tell(
        new PlanPreviewReport.Planned(
            AnswerFixtures.plan(), List.of(), List.of(), AnswerFixtures.PROCEDURE));
    view.tell(new RecoveryReport(ExitCode.OK, List.of(), ""));

    assertThat(screen.err()).isEmpty();
  }

  @Test
  void takesControlCharactersOutOfWhatOthersWrote() {
    view.tell(
        ended(
            ExecutionStatus.ABORTED,
            ExitCode.ABORTED,
            "gw\u001b[2J-01:\nno\u009b31m",
            Optional.of(AbortCause.VOTED_DOWN)),
        Optional.empty());

    assertThat(screen.err().strip()).startsWith("deployclaw: ABORTED: gw [2J-01: no 31m; ");
    assertThat(screen.err().strip()).matches("\\P{Cntrl}*");
  }

  @ParameterizedTest
  @EnumSource(
      value = ExitCode.class,
      names = {"REFUSED", "INVALID", "UNREACHABLE"})
  void saysWhyThereIsNoPlanWithAndWithoutJson(ExitCode exit) {
    for (boolean json : new boolean[] {true, false}) {
      var fresh = new CommandLineFixture(folder);

      new PlanView(fresh.surroundings())
          .show(new PlanPreviewReport.Refused(exit, "it says no"), json);

      assertThat(fresh.err())
          .startsWith("deployclaw: REFUSED: it says no; nothing was activated; ")
          .hasLineCount(1);
    }
  }

  @Test
  void asksBackOnStandardErrorToo() {
    var question = PlanPreviewReport.NeedsClarification.of(List.of("Which limit?"));

    new PlanView(screen.surroundings()).show(question, true);

    assertThat(screen.err()).contains("NEEDS_CLARIFICATION: Which limit?", "the answer in");
    assertThat(screen.json().get("outcome").asText()).isEqualTo("needs-clarification");
  }

  @Test
  void saysWhatAScanFoundAndWhatToDo() {
    assertThat(told(scan(ExitCode.UNREACHABLE, "no etcd")))
        .isEqualTo(
            "deployclaw: no etcd; nothing was changed; make it reachable again, then look again");
    assertThat(told(with(List.of(), List.of(problem()), List.of())))
        .contains("correct that document");
    assertThat(told(with(List.of(), List.of(), List.of(error())))).endsWith("; put it lower");
    assertThat(told(with(List.of(drift(Discrepancy.Kind.MISSING)), List.of(), List.of())))
        .contains("deployclaw drift --repair");
    assertThat(told(with(List.of(drift(Discrepancy.Kind.UNREACHABLE)), List.of(), List.of())))
        .contains("answer again");
    assertThat(told(with(List.of(drift(Discrepancy.Kind.ASTRAY)), List.of(), List.of())))
        .contains("fix that rate limit service");
    assertThat(told(scan(ExitCode.INVALID, "gw-01: 200 instead of 429")))
        .contains("gw-01: 200", "the rate limit service beside it");
  }

  private String told(ScanReport answer) {
    var before = screen.err().length();
    new ScanView(screen.surroundings()).show(answer, true);
    return screen.err().substring(before).strip();
  }

  private static Arguments ending(
      ExecutionStatus result, ExitCode exit, String reason, String remedy) {
    return Arguments.of(ended(result, exit, reason, Optional.empty()), reason, remedy);
  }

  private static RequestOutcome ended(
      ExecutionStatus result, ExitCode exit, String reason, Optional<AbortCause> cause) {
    return new RequestOutcome(ID, result, exit, reason, cause, List.of(), Optional.empty());
  }

  private static ScanReport scan(ExitCode exit, String reason) {
    return new ScanReport(
        exit,
        reason,
        0,
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        SourceDrift.NOTHING,
        ScanReport.Known.NOTHING);
  }

  private static ScanReport with(
      List<Discrepancy> drift, List<DocumentProblem> problems, List<PolicyFinding> findings) {
    return new ScanReport(
        ExitCode.INVALID,
        "amiss",
        1,
        Map.of(),
        drift,
        problems,
        findings,
        Optional.empty(),
        SourceDrift.NOTHING,
        ScanReport.Known.NOTHING);
  }

  private static DocumentProblem problem() {
    return new DocumentProblem("acme.yaml", "spec", 3, 1, "is wrong", "mend it");
  }

  private static PolicyFinding error() {
    return new PolicyFinding(
        Severity.ERROR,
        CheckKind.SHADOWED,
        Optional.of("acme"),
        Optional.empty(),
        "over its parent",
        "put it lower",
        new TreeMap<>());
  }

  private static Discrepancy drift(Discrepancy.Kind kind) {
    return new Discrepancy(kind, "redis/b:2", "acme/search");
  }

  private static ExecutionDocument document() {
    var thoughts =
        List.of(
            thought(0, Phase.REQUEST, Status.OK, Map.of("request", "raise")),
            thought(5, Phase.STAGE, Status.ERROR, Map.of("summary", true)),
            thought(0, Phase.END, Status.ERROR, Map.of("result", "ABORTED")));
    return ExecutionDocument.of(
        LogEntryFixture.seal(
                new HashChainSealer(SecretRedactor.of(List.of())), LogHead.START, thoughts)
            .stream()
            .map(SealedRecord::bytes)
            .toList());
  }

  private static LogEntry thought(int step, Phase phase, Status status, Map<String, Object> facts) {
    return LogEntryFixture.of(ID, phase, "Applying")
        .step(step)
        .status(status)
        .took(1000)
        .facts(facts)
        .thought();
  }
}
