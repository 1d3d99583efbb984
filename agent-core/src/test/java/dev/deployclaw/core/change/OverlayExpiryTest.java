package dev.deployclaw.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.AgentWire;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.result.ExecutionStatus;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A change for a while lies over its source until its end, and is then taken back unheld. */
class OverlayExpiryTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final FakeEstate world = new FakeEstate();

  @Test
  void isNamedOnceItsTimeIsOver() throws Exception {
    world.run("apply");
    var ended = world.run("set acme 700 for 3600");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.queries().status().expired()).isEmpty();
    assertThat(world.queries().scan().truth().expired()).isEmpty();
    assertThat(world.queries().scan().truth().overlays().getFirst().text())
        .contains(", until 2026-");
    world.time.pass(HOUR);

    assertThat(world.queries().status().expired())
        .singleElement()
        .satisfies(o -> assertThat(o.remedy()).isEqualTo("apply the policies of acme"));
    assertThat(world.queries().scan().truth().expired()).hasSize(1);
  }

  @Test
  void whoLooksOftenDoesNotReadTheSourcesForIt() throws Exception {
    world.run("apply");
    world.run("set acme 700 for 3600");
    world.time.pass(HOUR);
    var often = AgentWire.whole();
    var asked = AgentWire.whole();

    var standing = world.agent(often).queries().storeStatus();
    var status = world.agent(asked).queries().status();

    assertThat(often.calls()).noneMatch(call -> call.startsWith("sources."));
    assertThat(asked.calls()).anyMatch(call -> call.startsWith("sources."));
    assertThat(standing.active()).isEqualTo(status.active());
    assertThat(standing.expired()).isEmpty();
    assertThat(status.expired()).hasSize(1);
  }

  @Test
  void countsFromItsCommitHoweverLongItWasHeld() throws Exception {
    world.gate = new GatePolicy(true, false, HOUR.multipliedBy(4), List.of());
    world.run("apply");
    var held = world.run("set acme 700 for 3600 manually");
    world.time.pass(HOUR.multipliedBy(2));

    var ended = world.agent().approve(held.execution(), "ann");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.queries().status().expired()).isEmpty();
    world.time.pass(HOUR.minusMinutes(1));
    assertThat(world.queries().status().expired()).isEmpty();
    world.time.pass(Duration.ofMinutes(1));
    assertThat(world.queries().status().expired()).hasSize(1);
  }

  @Test
  void countsFromTheCommitForEverybody() throws Exception {
    world.run("apply");
    var asked = world.time.instant();

    var ended = world.run("set acme 700 canary 50 bake 600 for 3600");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    var until = world.queries().scan().truth().overlays().getFirst().by().until().orElseThrow();
    assertThat(until).isAfter(asked.plus(HOUR).plusSeconds(599));
    assertThat(until).isBefore(world.time.instant().plus(HOUR));
  }

  @Test
  void endsAtAnInstant() throws Exception {
    world.run("apply");

    var ended = world.run("set acme 700 until " + world.time.instant().plus(HOUR));

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.queries().status().expired()).isEmpty();
    world.time.pass(HOUR);
    assertThat(world.queries().status().expired()).hasSize(1);
  }

  @Test
  void isNotBegunOrCommittedOnceItsEndIsPast() throws Exception {
    world.gate = new GatePolicy(true, false, HOUR.multipliedBy(4), List.of());
    world.run("apply");
    var end = world.time.instant().plus(HOUR).truncatedTo(ChronoUnit.MILLIS);
    var held = world.run("set acme 700 until " + end + " manually");
    world.time.pass(HOUR);

    var late = world.agent().approve(held.execution(), "ann");
    var refused = world.run("set acme 700 until " + end);

    assertThat(late.result()).isEqualTo(ExecutionStatus.ABORTED);
    assertThat(late.reason()).contains("its end, " + end + ", has passed");
    assertThat(refused.result()).isEqualTo(ExecutionStatus.REFUSED);
    assertThat(refused.reason()).contains("has passed: give a later one");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void isTakenBackWithoutHoldingOnceItsTimeIsOver() throws Exception {
    world.run("apply");
    String first = world.active().orElseThrow().digest();
    world.run("set acme 700 for 3600");

    var before = world.run("apply");
    world.agent().reject(before.execution(), "ann");
    world.time.pass(HOUR);
    var after = world.run("apply");

    assertThat(before.result()).isEqualTo(ExecutionStatus.HELD);
    assertThat(after.result()).as(after.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.active().orElseThrow().digest()).isEqualTo(first);
    assertThat(world.queries().status().expired()).isEmpty();
  }

  @Test
  void anotherOverlayIsStillHeldFor() throws Exception {
    world.run("apply");
    world.run("set acme 700 for 3600");
    world.run("set zenith 70");
    world.time.pass(HOUR);

    assertThat(world.run("apply").result()).isEqualTo(ExecutionStatus.HELD);
    assertThat(world.run("only acme").result()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void isNamedNoMoreOnceItsSourceSaysTheSame() throws Exception {
    world.run("apply");
    world.run("set acme 700 for 3600");
    world.time.pass(HOUR);

    world.sources.put(
        "acme.yaml",
        FakeSourcesExecutor.document("acme", 700)
            .replace("window: 1m", "window: 1m\n      burst: 600"));

    assertThat(world.queries().status().expired()).isEmpty();
  }

  @Test
  void comesBackWithItsEndOnAWayBack() throws Exception {
    world.run("apply");
    world.run("set acme 700 for 3600");
    world.run("set zenith 70");
    world.agent().rollback("last", "olivia");

    world.time.pass(HOUR);

    assertThat(world.queries().status().expired()).hasSize(1);
  }

  @Test
  void needsASourceToGoBackToAndNothingElseOverIt() throws Exception {
    world.run("apply");
    world.run("set acme 700");

    var over = world.run("set acme 800 for 3600");

    assertThat(over.result()).isEqualTo(ExecutionStatus.REFUSED);
    assertThat(over.reason()).contains("would be taken back, too: acme: \"set acme 700\"");
    world.sources.remove("zenith.yaml");
    var nowhere = world.run("set zenith 70 for 3600");
    assertThat(nowhere.result()).isEqualTo(ExecutionStatus.REFUSED);
    assertThat(nowhere.reason()).contains("no source defines zenith");
  }

  @Test
  void isNotWrittenBack() throws Exception {
    world.run("apply");
    world.sources.writeBack();

    world.run("set acme 700 for 3600");

    assertThat(world.sources.text("acme.yaml")).doesNotContain("700");
  }
}
