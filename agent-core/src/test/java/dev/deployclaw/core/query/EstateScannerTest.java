package dev.deployclaw.core.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.procedure.ProcedureRegistry;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.PolicyFinding;
import java.util.List;
import org.junit.jupiter.api.Test;

class EstateScannerTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void aScanMissesNoMeasurementThatItDoesNotTake() throws Exception {
    world.run("apply");

    assertThat(checks(_ -> FakeEstate.REPAIR)).doesNotContain(CheckKind.LATENCY, CheckKind.CLOCK);
    assertThat(checks(_ -> FakeEstate.PROCEDURE))
        .as("Redis was asked, and its answers tell no time")
        .contains(CheckKind.LATENCY, CheckKind.CLOCK);
  }

  private List<CheckKind> checks(ProcedureRegistry procedures) throws InterruptedException {
    var p = world.ports();
    var ports =
        new AgentPorts(
            p.state(),
            p.objects(),
            p.executors(),
            p.sealer(),
            p.journal(),
            p.planner(),
            procedures,
            p.time(),
            p.writers(),
            p.sets());
    var agent = new ChangeService(ports, world.settings("agent"), ProgressListener.NONE);
    return agent.queries().scan().findings().stream().map(PolicyFinding::check).toList();
  }
}
