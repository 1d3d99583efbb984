package dev.deployclaw.container.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.ChainRecorder;
import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.audit.Redaction;
import dev.deployclaw.core.fake.PlainThought;
import dev.deployclaw.core.log.Recorder.Head;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.Thought;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.plan.Discrepancy;
import dev.deployclaw.core.plan.Truth;
import dev.deployclaw.core.runtime.Ended;
import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.runtime.PlanAnswer;
import dev.deployclaw.core.runtime.RecoveryAnswer;
import dev.deployclaw.core.runtime.Result;
import dev.deployclaw.core.runtime.ScanAnswer;
import dev.deployclaw.policy.check.Check;
import dev.deployclaw.policy.check.Finding;
import dev.deployclaw.policy.check.Severity;
import dev.deployclaw.policy.parse.Problem;
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

class EndingViewTest {
  private static final String ID = "arch-2026-11-24-rate-limit-001";

  @TempDir Path folder;

  private final Screen screen = new Screen(Path.of(""));
  private final EndingView view = new EndingView(screen.surroundings());

  @ParameterizedTest
  @MethodSource("endings")
  void namesTheReasonAndARemedy(Ended ended, String reason, String remedy) {
    view.tell(ended, Optional.empty());

    assertThat(screen.err())
        .startsWith("deployclaw: " + ended.result() + ": ")
        .contains(reason, remedy);
    assertThat(screen.err().lines()).hasSize(1);
  }

  static Stream<Arguments> endings() {
    return Stream.of(
        ending(Result.REFUSED, ExitCode.WRONG_USAGE, "no gateway", "mend the configuration"),
        ending(Result.NEEDS_CLARIFICATION, ExitCode.NEEDS_CLARIFICATION, "Which?", "the answer"),
        ending(Result.REFUSED, ExitCode.REFUSED, "out of scope", "deployclaw plan REQUEST"),
        ending(Result.HELD, ExitCode.HELD, "removes acme", "deployclaw approve " + ID),
        ending(Result.ROLLED_BACK, ExitCode.ROLLED_BACK, "validation: gw-01", "is back; mend"),
        ending(Result.FAILED, ExitCode.FAILED, "did not take it: gw-01", "rollback last"),
        ending(Result.UNKNOWN, ExitCode.FAILED, "still pending: gw-01", "deployclaw recover"),
        ending(
            Result.UNKNOWN, ExitCode.FAILED, "not back yet: gw-01", "recover --leave-out MEMBER"),
        ending(Result.REFUSED, ExitCode.INVALID, "acme.yaml:3: wrong", "deployclaw validate"),
        ending(Result.ABORTED, ExitCode.UNREACHABLE, "redis/b:2", "reachable again"),
        ending(Result.ABORTED, ExitCode.ABORTED, "another agent leads", "deployclaw status"),
        ending(Result.ABORTED, ExitCode.FAILED, "-001 has to be finished first", "recover"));
  }

  @ParameterizedTest
  @EnumSource(Cause.class)
  void hasARemedyOfItsOwnForEachCauseOfAnAbort(Cause cause) {
    var ended = ended(Result.ABORTED, ExitCode.ABORTED, "gw-01: no", Optional.of(cause));

    view.tell(ended, Optional.empty());

    assertThat(screen.err())
        .startsWith("deployclaw: ABORTED: gw-01: no; ")
        .endsWith(remedy(cause) + "\n");
  }

  private static String remedy(Cause cause) {
    return switch (cause) {
      case UNREACHABLE -> "make what is named reachable again, then ask again";
      case VOTED_DOWN -> "mend what is named, then ask again";
      case REJECTED -> "ask for something else, or ask again";
      case EXPIRED -> "have it approved in time";
      case STALE -> "planned anew on what stands now";
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
            Result.ABORTED,
            ExitCode.ABORTED,
            "did not vote for it: gw-01: no",
            Optional.of(Cause.VOTED_DOWN));

    view.tell(ended, Optional.of(document()));

    assertThat(screen.err())
        .startsWith("deployclaw: ABORTED in step 5, Applying: did not vote for it: gw-01: no; ")
        .endsWith("; more: deployclaw log " + ID + "\n");
  }

  @Test
  void saysWhatARecoveryWaitsForAndWhatAPersonCanDecide() {
    String waits = "-001 has to be finished first: not back yet: gw-01: its Deployment is paused";

    view.tell(new RecoveryAnswer(ExitCode.FAILED, List.of(), waits));
    view.tell(new RecoveryAnswer(ExitCode.REFUSED, List.of(), "the approver must differ"));

    assertThat(screen.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains(waits, "deployclaw recover --leave-out MEMBER"),
            line -> assertThat(line).contains("the approver must differ; nobody is left out"));
  }

  @Test
  void saysNothingOfAGoodEnd() {
    view.tell(
        ended(Result.COMPLETED, ExitCode.OK, "live everywhere", Optional.empty()),
        Optional.of(document()));
    view.tell(new PlanAnswer.Planned(Values.plan(), List.of(), List.of(), Values.PROCEDURE));
    view.tell(new RecoveryAnswer(ExitCode.OK, List.of(), ""));

    assertThat(screen.err()).isEmpty();
  }

  @Test
  void takesControlCharactersOutOfWhatOthersWrote() {
    view.tell(
        ended(
            Result.ABORTED,
            ExitCode.ABORTED,
            "gw\u001b[2J-01:\nno\u009b31m",
            Optional.of(Cause.VOTED_DOWN)),
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
      var fresh = new Screen(folder);

      new PlanView(fresh.surroundings()).show(new PlanAnswer.Refused(exit, "it says no"), json);

      assertThat(fresh.err())
          .startsWith("deployclaw: REFUSED: it says no; nothing was activated; ")
          .hasLineCount(1);
    }
  }

  @Test
  void asksBackOnStandardErrorToo() {
    var question = new PlanAnswer.NeedsClarification(List.of("Which limit?"));

    new PlanView(screen.surroundings()).show(question, true);

    assertThat(screen.err()).contains("NEEDS_CLARIFICATION: Which limit?", "the answer in");
    assertThat(screen.json().get("outcome").asText()).isEqualTo("needs-clarification");
  }

  @Test
  void saysWhatAScanFoundAndWhatToDo() {
    assertThat(told(scan(ExitCode.UNREACHABLE, "no etcd")))
        .isEqualTo(
            "deployclaw: no etcd; nothing was changed; make it reachable again, then look again");
    assertThat(told(with(List.of(), List.of(problem()), List.of()))).contains("mend that document");
    assertThat(told(with(List.of(), List.of(), List.of(error())))).endsWith("; put it lower");
    assertThat(told(with(List.of(drift(Discrepancy.Kind.MISSING)), List.of(), List.of())))
        .contains("deployclaw drift --repair");
    assertThat(told(with(List.of(drift(Discrepancy.Kind.UNREACHABLE)), List.of(), List.of())))
        .contains("answer again");
    assertThat(told(with(List.of(drift(Discrepancy.Kind.ASTRAY)), List.of(), List.of())))
        .contains("mend that rate limit service");
    assertThat(told(scan(ExitCode.INVALID, "gw-01: 200 instead of 429")))
        .contains("gw-01: 200", "the rate limit service beside it");
  }

  private String told(ScanAnswer answer) {
    var before = screen.err().length();
    new ScanView(screen.surroundings()).show(answer, true);
    return screen.err().substring(before).strip();
  }

  private static Arguments ending(Result result, ExitCode exit, String reason, String remedy) {
    return Arguments.of(ended(result, exit, reason, Optional.empty()), reason, remedy);
  }

  private static Ended ended(Result result, ExitCode exit, String reason, Optional<Cause> cause) {
    return new Ended(ID, result, exit, reason, cause, List.of());
  }

  private static ScanAnswer scan(ExitCode exit, String reason) {
    return new ScanAnswer(
        exit,
        reason,
        0,
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        Truth.NOTHING);
  }

  private static ScanAnswer with(
      List<Discrepancy> drift, List<Problem> problems, List<Finding> findings) {
    return new ScanAnswer(
        ExitCode.INVALID,
        "amiss",
        1,
        Map.of(),
        drift,
        problems,
        findings,
        Optional.empty(),
        Truth.NOTHING);
  }

  private static Problem problem() {
    return new Problem("acme.yaml", "spec", 3, 1, "is wrong", "mend it");
  }

  private static Finding error() {
    return new Finding(
        Severity.ERROR,
        Check.SHADOWED,
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
        new ChainRecorder(Redaction.of(List.of()))
            .seal(Head.START, thoughts).stream().map(Sealed::bytes).toList());
  }

  private static Thought thought(int step, Phase phase, Status status, Map<String, Object> facts) {
    return PlainThought.of(ID, phase, "Applying")
        .step(step)
        .status(status)
        .took(1000)
        .facts(facts)
        .thought();
  }
}
