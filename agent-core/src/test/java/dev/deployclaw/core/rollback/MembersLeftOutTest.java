package dev.deployclaw.core.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several persons leave members out of one way back. */
class MembersLeftOutTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void eachIsNamedWithWhoLeftThemOut() throws Exception {
    world.run("apply");
    world.probe.fail("limit acme/orders admits 10 % too much");
    world.gateway.balk("two", 2, 2, "it is paused");
    var ended = world.run("set acme 700");
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.UNKNOWN);
    world.gateway.unreachableAt("converge");
    assertThat(world.agent().leaveOut(List.of("gateway/two"), "ann").exit())
        .isEqualTo(ExitCode.FAILED);
    world.gateway.heal();
    world.gateway.balk("two", 2, 2, "it is paused");
    world.gateway.delete("three");

    var answer = world.agent().leaveOut(List.of("gateway/three"), "bob");

    assertThat(answer.exit()).as(answer.reason()).isEqualTo(ExitCode.OK);
    var leftOut = world.change(ended.execution()).orElseThrow().leftOut().orElseThrow();
    assertThat(leftOut.by("gateway/two")).isEqualTo("ann");
    assertThat(leftOut.by("gateway/three")).isEqualTo("bob");
    assertThat(answer.finished().getLast().reason())
        .contains("without gateway/two, which ann left out, and gateway/three, which bob left out");
    assertThat(world.log(ended.execution()))
        .contains("\"left_out_each\":{\"gateway/three\":\"bob\",\"gateway/two\":\"ann\"}");
  }
}
