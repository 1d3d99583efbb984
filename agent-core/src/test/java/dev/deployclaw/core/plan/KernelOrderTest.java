package dev.deployclaw.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.plan.Procedure.OnFailure;
import dev.deployclaw.core.plan.Procedure.ProcedureStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelOrderTest {
  @Test
  void takesTheSixSteps() {
    assertThat(KernelOrder.fault(World.PROCEDURE)).isEmpty();
  }

  @Test
  void refusesToActivateWithoutACheckpoint() {
    var without = new ArrayList<>(World.PROCEDURE.steps());
    without.removeIf(ProcedureStep::checkpoint);

    assertThat(KernelOrder.fault(procedure(without)).orElseThrow())
        .contains("without a checkpoint");
  }

  @Test
  void refusesACheckpointThatComesTooLate() {
    var swapped = new ArrayList<>(World.PROCEDURE.steps());
    Collections.swap(swapped, 3, 4);

    assertThat(KernelOrder.fault(procedure(swapped))).isPresent();
  }

  @Test
  void refusesToLookAfterItBeganToWrite() {
    var late = new ArrayList<>(World.PROCEDURE.steps());
    late.add(
        new ProcedureStep(
            "late",
            "Looking again",
            List.of("redis.scan"),
            List.of(),
            List.of(),
            false,
            OnFailure.WARN));

    assertThat(KernelOrder.fault(procedure(late)).orElseThrow()).contains("too late");
  }

  private static Procedure procedure(List<ProcedureStep> steps) {
    return new Procedure("changed", "00", steps);
  }
}
