package dev.deployclaw.core.procedure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.procedure.Procedure.OnFailure;
import dev.deployclaw.core.procedure.Procedure.ProcedureStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class KernelPhaseOrderTest {
  @Test
  void takesTheSixSteps() {
    assertThat(KernelPhaseOrder.fault(FakeEstate.PROCEDURE)).isEmpty();
  }

  @Test
  void refusesToActivateWithoutACheckpoint() {
    var without = new ArrayList<>(FakeEstate.PROCEDURE.steps());
    without.removeIf(ProcedureStep::checkpoint);

    assertThat(KernelPhaseOrder.fault(procedure(without)).orElseThrow())
        .contains("without a checkpoint");
  }

  @Test
  void refusesACheckpointThatComesTooLate() {
    var swapped = new ArrayList<>(FakeEstate.PROCEDURE.steps());
    Collections.swap(swapped, 3, 4);

    assertThat(KernelPhaseOrder.fault(procedure(swapped))).isPresent();
  }

  @Test
  void refusesToLookAfterItBeganToWrite() {
    var late = new ArrayList<>(FakeEstate.PROCEDURE.steps());
    late.add(
        new ProcedureStep(
            "late",
            "Looking again",
            List.of("redis.scan"),
            List.of(),
            List.of(),
            false,
            OnFailure.WARN));

    assertThat(KernelPhaseOrder.fault(procedure(late)).orElseThrow()).contains("too late");
  }

  /** Whoever made it, and whatever was checked before: the kernel gets none that asks for more. */
  @Test
  void thereIsNoProcedureWithAStepThatAsksForMoreThanIsGranted() {
    var granted = new ArrayList<>(Procedure.named(FakeEstate.PROCEDURE.steps()));
    granted.remove("redis.clock");
    var narrower = new SkillAllowance(true, granted, new TreeMap<>());

    assertThatThrownBy(() -> new Procedure("changed", "00", FakeEstate.PROCEDURE.steps(), narrower))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("skill changed, step coherence: redis.clock isn't granted");
  }

  private static Procedure procedure(List<ProcedureStep> steps) {
    return new Procedure("changed", "00", steps);
  }
}
