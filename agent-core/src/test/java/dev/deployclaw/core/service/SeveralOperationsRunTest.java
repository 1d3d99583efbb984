package dev.deployclaw.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.gate.GateRule;
import dev.deployclaw.core.gate.GateRule.About;
import dev.deployclaw.core.gate.GateRule.Says;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two operations of one request are one change: one epoch, one gate, one way back. */
class SeveralOperationsRunTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void areCommittedTogether() throws Exception {
    var _ = world.run("apply");
    long before = world.active().orElseThrow().epoch();

    var ended = world.run("double acme zenith 90");

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.OK);
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(before + 1);
    assertThat(world.log(ended.execution())).contains("scale-limit and set-limit, 2 changes");
  }

  /** A rule that holds one of them holds the change. */
  @Test
  void areHeldWhereOneOfThemIs() throws Exception {
    var about = new About(List.of("set-limit"), List.of(), List.of(), List.of(), 0);
    var rule = new GateRule("tunes", about, Says.HOLD, List.of());
    world.gate = new GatePolicy(true, false, Duration.ofHours(1), List.of(rule));
    var _ = world.run("apply");

    var held = world.run("double acme zenith 90");

    assertThat(held.result()).as(held.reason()).isEqualTo(ExecutionStatus.HELD);
    assertThat(world.log(held.execution())).contains("\"asks\":[\"tunes\"]");
  }
}
