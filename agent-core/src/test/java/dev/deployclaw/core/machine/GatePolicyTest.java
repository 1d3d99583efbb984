package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.machine.GatePolicy.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatePolicyTest {
  private static final GatePolicy AUTO = new GatePolicy(true, true, Duration.ofHours(1));
  private static final GatePolicy HOLD = new GatePolicy(false, true, Duration.ofHours(1));
  private static final Execution FORWARD =
      Samples.execution(Kind.FORWARD, new State.Prepared("v", 6, List.of()));

  @Test
  void passesAChangeWithoutRiskWhereTheDefaultSaysSo() {
    assertThat(AUTO.judge(FORWARD, Risks.NONE)).isEqualTo(new Verdict.Pass("auto"));
    assertThat(HOLD.judge(FORWARD, Risks.NONE)).isInstanceOf(Verdict.Hold.class);
  }

  @Test
  void holdsWhatRemovesATenantOrStepsTooFar() {
    var removal = new Risks(false, List.of("acme"), List.of(), List.of(), Reach.NONE);
    var step =
        new Risks(false, List.of(), List.of(), List.of("acme/orders: to nothing"), Reach.NONE);

    assertThat(AUTO.judge(FORWARD, removal))
        .isEqualTo(new Verdict.Hold("removes-tenant", "it removes acme", List.of()));
    assertThat(AUTO.judge(FORWARD, step)).isInstanceOf(Verdict.Hold.class);
  }

  @Test
  void tellsTheLogWhoAsksForAnApproval() {
    var both = new Risks(true, List.of("acme"), List.of(), List.of(), Reach.NONE);

    assertThat(AUTO.facts("olivia", both))
        .isEqualTo(Map.of("asks", List.of("request-asks", "removes-tenant"), "manual", true));
    assertThat(HOLD.facts("olivia", Risks.NONE))
        .isEqualTo(Map.of("asks", List.of("default-hold"), "manual", false));
    assertThat(AUTO.facts("olivia", Risks.NONE))
        .isEqualTo(Map.of("asks", List.of(), "manual", false, "rule", "auto"));
  }

  @Test
  void aRequestCanOnlyTighten() {
    assertThat(AUTO.judge(FORWARD, new Risks(true, List.of(), List.of(), List.of(), Reach.NONE)))
        .isInstanceOf(Verdict.Hold.class);
  }

  @Test
  void anApprovalIsGoodForItsPlanAndCheckpointOnly() {
    var other = new Approval("ann", 7, "another plan", "ab", 30);

    assertThat(HOLD.judge(FORWARD.with(Samples.APPROVAL), Risks.NONE))
        .isEqualTo(new Verdict.Pass("approved"));
    assertThat(HOLD.judge(FORWARD.with(other), Risks.NONE)).isInstanceOf(Verdict.Hold.class);
    var onAnotherBase = new Approval("ann", 7, "plan", "ab", 31);
    assertThat(HOLD.judge(FORWARD.with(onAnotherBase), Risks.NONE))
        .isInstanceOf(Verdict.Hold.class);
  }

  @Test
  void theWayBackIsNeverHeld() {
    var back = Samples.execution(Kind.ROLLBACK, new State.Prepared("v", 6, List.of()));

    assertThat(HOLD.judge(back, Risks.NONE)).isEqualTo(new Verdict.Pass("way-back"));
  }

  @Test
  void theRequesterMayNotApproveWhereItMustDiffer() {
    assertThat(AUTO.refuses(FORWARD, "olivia")).isPresent();
    assertThat(AUTO.refuses(FORWARD, "ann")).isEmpty();
  }
}
