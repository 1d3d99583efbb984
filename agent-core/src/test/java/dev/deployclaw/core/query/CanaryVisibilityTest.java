package dev.deployclaw.core.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.AgentKilledError;
import dev.deployclaw.core.fake.AgentWire;
import dev.deployclaw.core.fake.AgentWire.Moment;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people see while a candidate is on trial: its agent was killed, and nobody went on yet. */
class CanaryVisibilityTest {
  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void killedWhileItBakes() throws InterruptedException {
    var whole = AgentWire.whole();
    canary(changed(new FakeEstate()), whole);
    int first = whole.calls().indexOf(call(whole.calls(), "heartbeat")) + 1;
    try {
      canary(changed(world), AgentWire.cut(first, Moment.BEFORE));
    } catch (AgentKilledError e) {
      // as it was meant
    }
    world.store.expireLeases();
  }

  @Test
  void aHeartbeatIsTakenOfOneSideByItsOwnEpoch() throws InterruptedException {
    for (int beats = 0; beats < 64; beats++) {
      world.queries().heartbeat(Duration.ofSeconds(1));
    }

    assertThat(world.probe.beaten().stream().map(CanaryVisibilityTest::asked).distinct())
        .containsExactlyInAnyOrder("2 zenith", "1 acme");
  }

  @Test
  void theValidationProbesBothSides() throws InterruptedException {
    int before = world.probe.probed().size();

    var seen = world.queries().validate();

    assertThat(seen.exit()).as(seen.reason()).isEqualTo(ExitCode.OK);
    assertThat(world.probe.probed().stream().skip(before).map(CanaryVisibilityTest::asked))
        .containsExactly("2 zenith", "1 acme");
  }

  @Test
  void usageIsMeasuredAgainstTheLimitsThatTenantsReallyHave() throws InterruptedException {
    var uses = world.queries().usage(Duration.ofSeconds(1)).uses();

    assertThat(uses)
        .extracting(u -> u.tenant() + " " + u.capacity())
        .containsExactlyInAnyOrder("acme 600", "zenith 70");
  }

  @Test
  void aCandidateIsNoDrift() throws InterruptedException {
    var seen = world.queries().drift();

    assertThat(seen.exit()).as(seen.reason()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aNodeThatLostItIsDrift() throws InterruptedException {
    var active = world.active().orElseThrow();
    var facts = Map.<String, Object>of("epoch", active.epoch());
    world.redis.says("scan", MemberReport.yes("redis/a", active.digest(), facts));

    var seen = world.queries().drift();

    assertThat(seen.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(seen.reason())
        .contains("redis/a")
        .contains("says candidate 2 for positions below 40");
  }

  @Test
  void statusAndHistoryKnowIt() throws InterruptedException {
    var status = world.queries().status();
    var history = world.queries().history("zenith", 5);

    assertThat(
            status
                .active()
                .flatMap(CommittedEpoch::candidate)
                .map(CommittedEpoch.Candidate::cohort))
        .contains(40);
    assertThat(history.changes()).extracting(c -> c.epoch()).containsExactly(1L);
  }

  @Test
  void nothingElseBeginsBeforeItIsOver() throws InterruptedException {
    var next = world.run("set acme 650");

    assertThat(next.exit()).as(next.reason()).isEqualTo(ExitCode.OK);
    assertThat(world.active().orElseThrow())
        .extracting(CommittedEpoch::epoch, CommittedEpoch::predecessor)
        .containsExactly(3L, 2L);
    world.assertAtRest();
  }

  private static FakeEstate changed(FakeEstate world) throws InterruptedException {
    world.run("apply");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 70));
    return world;
  }

  private static void canary(FakeEstate world, AgentWire wire) throws InterruptedException {
    world.agent(wire).run(world.request("apply canary 40 bake 60"));
  }

  private static String call(List<String> calls, String verb) {
    return calls.stream().filter(c -> c.contains(verb)).findFirst().orElseThrow();
  }

  private static String asked(EpochSpec side) {
    return side.epoch() + " " + String.join(" ", side.set().tenants().keySet());
  }
}
