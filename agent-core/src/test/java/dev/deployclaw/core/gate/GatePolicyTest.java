package dev.deployclaw.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.gate.GatePolicy.Refusal;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.gate.GatePolicy.Verdict;
import dev.deployclaw.core.machine.Approval;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.MachineSamples;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatePolicyTest {
  private static final GatePolicy AUTO = new GatePolicy(true, true, Duration.ofHours(1), List.of());
  private static final GatePolicy HOLD =
      new GatePolicy(false, true, Duration.ofHours(1), List.of());
  private static final ChangeExecution FORWARD =
      MachineSamples.execution(ChangeKind.FORWARD, new ChangeState.Prepared("v", 6, List.of()));

  private static final ChangeExecution BACK =
      MachineSamples.execution(ChangeKind.ROLLBACK, new ChangeState.Prepared("v", 6, List.of()));

  @Test
  void passesAChangeWithoutRiskWhereTheDefaultSaysSo() {
    assertThat(AUTO.judge(FORWARD, Risks.NONE)).isEqualTo(new Verdict.Pass("auto"));
    assertThat(HOLD.judge(FORWARD, Risks.NONE)).isInstanceOf(Verdict.Hold.class);
  }

  @Test
  void holdsWhatRemovesATenantOrStepsTooFar() {
    var removal = new Risks(List.of(), List.of("acme"), List.of(), List.of(), ChangeScope.NONE);
    var step =
        new Risks(
            List.of(), List.of(), List.of(), List.of("acme/orders: to nothing"), ChangeScope.NONE);

    assertThat(AUTO.judge(FORWARD, removal))
        .isEqualTo(new Verdict.Hold("removes-tenant", "it removes acme", List.of()));
    assertThat(AUTO.judge(FORWARD, step)).isInstanceOf(Verdict.Hold.class);
  }

  @Test
  void tellsTheLogWhoAsksForAnApproval() {
    var both =
        new Risks(
            List.of(ApprovalTrigger.byRequest()),
            List.of("acme"),
            List.of(),
            List.of(),
            ChangeScope.NONE);

    assertThat(AUTO.facts("olivia", both))
        .isEqualTo(Map.of("asks", List.of("request-asks", "removes-tenant"), "manual", true));
    assertThat(HOLD.facts("olivia", Risks.NONE))
        .isEqualTo(Map.of("asks", List.of("default-hold"), "manual", false));
    assertThat(AUTO.facts("olivia", Risks.NONE))
        .isEqualTo(Map.of("asks", List.of(), "manual", false, "rule", "auto"));
  }

  @Test
  void aRequestCanOnlyTighten() {
    assertThat(
            AUTO.judge(
                FORWARD,
                new Risks(
                    List.of(ApprovalTrigger.byRequest()),
                    List.of(),
                    List.of(),
                    List.of(),
                    ChangeScope.NONE)))
        .isInstanceOf(Verdict.Hold.class);
  }

  @Test
  void anApprovalIsGoodForItsPlanAndCheckpointOnly() {
    var other = new Approval("ann", 7, "another plan", "ab", 30);

    assertThat(HOLD.judge(FORWARD.with(MachineSamples.APPROVAL), Risks.NONE))
        .isEqualTo(new Verdict.Pass("approved"));
    assertThat(HOLD.judge(FORWARD.with(other), Risks.NONE)).isInstanceOf(Verdict.Hold.class);
    var onAnotherBase = new Approval("ann", 7, "plan", "ab", 31);
    assertThat(HOLD.judge(FORWARD.with(onAnotherBase), Risks.NONE))
        .isInstanceOf(Verdict.Hold.class);
  }

  @Test
  void noDefaultHoldsAWayBack() {
    var risks = Risks.of(List.of(), ChangeScope.of("rollback", List.of("acme"), List.of()));

    assertThat(HOLD.judge(BACK, risks)).isEqualTo(new Verdict.Pass("way-back"));
    assertThat(HOLD.facts("olivia", risks))
        .isEqualTo(Map.of("asks", List.of(), "manual", false, "rule", "way-back"));
  }

  @Test
  void aWayBackWaitsWhereItIsAskedTo() {
    var risks =
        Risks.of(
            List.of(ApprovalTrigger.byRequest()),
            ChangeScope.of("rollback", List.of("acme"), List.of()));

    assertThat(AUTO.judge(BACK, risks))
        .isEqualTo(new Verdict.Hold("request-asks", "the request asks for an approval", List.of()));
    assertThat(AUTO.judge(BACK.with(MachineSamples.APPROVAL), risks))
        .isEqualTo(new Verdict.Pass("approved"));
  }

  @Test
  void whatTheAgentPutsBackByItselfNeverWaits() {
    var own =
        MachineSamples.execution(
            ChangeKind.COMPENSATION, new ChangeState.Prepared("v", 6, List.of()));
    var asks = Risks.of(List.of(ApprovalTrigger.byRequest()), ChangeScope.NONE);

    assertThat(HOLD.judge(own, asks)).isEqualTo(new Verdict.Pass("way-back"));
  }

  @Test
  void whoApprovesWhatOnlyAModelUnderstoodQuotesThePlan() {
    var reading = new ApprovalTrigger(ApprovalTrigger.Source.MODEL_READING, "only the model …");
    var hold = (Verdict.Hold) AUTO.judge(FORWARD, Risks.of(List.of(reading), ChangeScope.NONE));
    var waiting =
        new PendingApproval("x-1", "olivia", "0123456789abcdef", hold.why(), hold.approval());

    assertThat(hold.rule()).isEqualTo("model-reading");
    assertThat(refusal(waiting, "ann", "")).isEqualTo(Refusal.Flaw.UNQUOTED);
    assertThat(refusal(waiting, "ann", "0123456")).isEqualTo(Refusal.Flaw.UNQUOTED);
    assertThat(refusal(waiting, "ann", "0123456f")).isEqualTo(Refusal.Flaw.MISQUOTED);
    assertThat(refusal(waiting, "olivia", "01234567")).isEqualTo(Refusal.Flaw.NOT_ALLOWED);
    assertThat(AUTO.refuses(waiting, "ann", "01234567")).isEmpty();
  }

  private static Refusal.Flaw refusal(PendingApproval waiting, String who, String quoted) {
    return AUTO.refuses(waiting, who, quoted).orElseThrow().flaw();
  }

  @Test
  void theRequesterMayNotApproveWhereItMustDiffer() {
    assertThat(AUTO.refuses(PendingApproval.of(FORWARD), "olivia", "")).isPresent();
    assertThat(AUTO.refuses(PendingApproval.of(FORWARD), "ann", "")).isEmpty();
  }
}
