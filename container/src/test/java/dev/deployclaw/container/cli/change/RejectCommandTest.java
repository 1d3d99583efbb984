package dev.deployclaw.container.cli.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import org.junit.jupiter.api.Test;

class RejectCommandTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void endsWellWhereItsWordEndedTheChange() throws Exception {
    assertThat(reject(world.run("apply manually")).exit()).isEqualTo(ExitCode.OK);
    assertThat(reject(world.run("apply at 2026-11-01T13:00:00Z")).exit()).isEqualTo(ExitCode.OK);

    var committed = world.run("apply");
    assertThat(reject(committed).exit()).isEqualTo(ExitCode.REFUSED);
  }

  private RequestOutcome reject(RequestOutcome held) throws InterruptedException {
    return RejectCommand.judged(world.agent().reject(held.execution(), "ann"));
  }
}
