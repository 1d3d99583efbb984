package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EvidenceTest {

  @Test
  void saysOnWhatAChangeStands() {
    assertThat(Evidence.of(Samples.execution(Kind.FORWARD, new State.Opened())))
        .containsEntry("kind", "forward")
        .containsEntry("digest", "d4")
        .containsEntry("base_digest", "d3")
        .containsEntry("base_revision", 30L)
        .doesNotContainKey("undoes");
    assertThat(Evidence.of(Samples.execution(Kind.ROLLBACK, new State.Opened())))
        .containsEntry("undoes", "w");
  }

  @Test
  void bindsVotesApprovalAndActivationToTheBytes() {
    var forward = Samples.execution(Kind.FORWARD, new State.Resumed()).with(Samples.APPROVAL);

    assertThat(Evidence.of(forward))
        .containsEntry("approver", "ann")
        .containsEntry("approved_plan", "plan")
        .containsEntry("approved_checkpoint", "ab");
    for (State activation : new State[] {new State.Committed(), new State.Widened(0)}) {
      assertThat(Evidence.of(Samples.execution(Kind.FORWARD, activation)))
          .containsEntry("digest", "d4")
          .containsEntry("checkpoint", "ab");
    }
    assertThat(Evidence.of(Samples.execution(Kind.FORWARD, Samples.STATES.get(3))))
        .containsEntry("digest", "d4")
        .containsEntry("count", 6);
  }

  @Test
  void addsNothingThatTheRuntimeSaysItself() {
    for (State state : Samples.STATES) {
      assertThat(Evidence.of(Samples.execution(Kind.FORWARD, state)))
          .doesNotContainKeys("change", "state", "turn", "cohort", "summary");
    }
  }
}
