package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TransitionEvidenceTest {

  @Test
  void saysOnWhatAChangeStands() {
    assertThat(
            TransitionEvidence.of(
                MachineSamples.execution(ChangeKind.FORWARD, new ChangeState.Opened())))
        .containsEntry("kind", "forward")
        .containsEntry("digest", "d4")
        .containsEntry("base_digest", "d3")
        .containsEntry("base_revision", 30L)
        .doesNotContainKey("undoes");
    assertThat(
            TransitionEvidence.of(
                MachineSamples.execution(ChangeKind.ROLLBACK, new ChangeState.Opened())))
        .containsEntry("undoes", "w");
  }

  @Test
  void bindsVotesApprovalAndActivationToTheBytes() {
    var forward =
        MachineSamples.execution(ChangeKind.FORWARD, new ChangeState.Resumed())
            .with(MachineSamples.APPROVAL);

    assertThat(TransitionEvidence.of(forward))
        .containsEntry("approver", "ann")
        .containsEntry("approved_plan", "plan")
        .containsEntry("approved_checkpoint", "ab");
    for (ChangeState activation :
        new ChangeState[] {new ChangeState.Committed(), new ChangeState.Widened(0)}) {
      assertThat(TransitionEvidence.of(MachineSamples.execution(ChangeKind.FORWARD, activation)))
          .containsEntry("digest", "d4")
          .containsEntry("checkpoint", "ab");
    }
    assertThat(
            TransitionEvidence.of(
                MachineSamples.execution(ChangeKind.FORWARD, MachineSamples.STATES.get(3))))
        .containsEntry("digest", "d4")
        .containsEntry("count", 6);
  }

  @Test
  void addsNothingThatTheRuntimeSaysItself() {
    for (ChangeState state : MachineSamples.STATES) {
      assertThat(TransitionEvidence.of(MachineSamples.execution(ChangeKind.FORWARD, state)))
          .doesNotContainKeys("change", "state", "turn", "cohort", "summary");
    }
  }
}
