package dev.deployclaw.core.change.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.AgentKilledError;
import dev.deployclaw.core.fake.AgentWire;
import dev.deployclaw.core.fake.AgentWire.Moment;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.wire.StoredPolicySet;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What gets lost, sticks or goes on unseen while a candidate is on trial. */
class CanaryFailuresTest {
  private static final String CANARY = "apply canary 40 bake 600";

  private static final Duration LEASE = Duration.ofSeconds(10);

  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void committed() throws InterruptedException {
    prepare(world);
  }

  @Test
  void aCandidateWhosePoliciesAreLostIsTakenBack() throws InterruptedException {
    var x = killedWhileItBakes();
    world.store.delete(StoredPolicySet.manifestKey(2));

    world.agent().recover();

    assertThat(world.change(x.id()).orElseThrow().state())
        .isInstanceOfSatisfying(
            ChangeState.RolledBack.class, r -> assertThat(r.reason()).contains("can't be read"));
    world.assertAtRest();
  }

  @Test
  void withoutThePoliciesBesideItWaitsUntilTheyCanBeRead() throws InterruptedException {
    killedWhileItBakes();
    var manifest = world.store.get(StoredPolicySet.manifestKey(1)).orElseThrow();
    world.store.delete(manifest.key());
    world.objects.reachable(false);

    var blocked = world.agent().recover();
    world.objects.reachable(true);
    world.agent().recover();

    assertThat(blocked.reason()).contains("the policy set of epoch 1 can't be read");
    world.store.put(manifest.key(), manifest.value());
    world.assertAtRest();
  }

  @Test
  void theWayBackWaitsForWhoIsStuckForAWhile() throws InterruptedException {
    var free = world.time.instant().plus(Duration.ofMillis(1_500));
    world.gateway.answers(
        "converge",
        member ->
            world.time.instant().isBefore(free)
                ? MemberReport.stuck(member, "an old worker")
                : MemberReport.yes(member, "", Map.of()));

    var ended = world.run(CANARY);

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    world.assertAtRest();
  }

  @Test
  void aCandidateThatARestartTakesBackOutlastsItsLeases() throws InterruptedException {
    var rehearsal = new FakeEstate();
    prepare(rehearsal);
    stuckWithLeases(rehearsal);
    var whole = AgentWire.whole();
    rehearsal.agent(whole).run(rehearsal.request(CANARY));
    stuckWithLeases(world);
    try {
      int last = last(whole.calls(), "converge");
      world.agent(AgentWire.cut(last, Moment.BEFORE)).run(world.request(CANARY));
    } catch (AgentKilledError e) {
      // as it was meant
    }
    var x = open();
    var alone = world.time.instant();

    world.agent().recover();

    assertThat(x.state()).isInstanceOf(ChangeState.Withdrawing.class);
    assertThat(world.change(x.id()).orElseThrow().state())
        .isInstanceOf(ChangeState.RolledBack.class);
    assertThat(Duration.between(alone, world.time.instant())).isGreaterThanOrEqualTo(LEASE);
    world.assertAtRest();
  }

  /** The candidate's limit is leased, and its members are too late to act on it. */
  private static void stuckWithLeases(FakeEstate world) {
    String exact = FakeSourcesExecutor.document("acme", 700);
    String precision = "\n      precision: {leased: " + LEASE.toSeconds() + "s}";
    world.sources.put("acme.yaml", exact.replaceFirst("(window: [^\\n]*)", "$1" + precision));
    var free = world.time.instant().plus(Duration.ofMillis(1_500));
    world.gateway.answers(
        "converge",
        member ->
            world.time.instant().isBefore(free)
                ? MemberReport.stuck(member, "an old worker")
                : MemberReport.yes(member, "", Map.of()));
  }

  @Test
  void aBakeThatNobodyWatchedIsNotOverAtTheFirstLook() throws InterruptedException {
    killedWhileItBakes();
    world.time.pass(Duration.ofHours(3));
    int before = world.probe.beaten().size();
    var alone = world.time.instant();

    world.agent().recover();

    var moved = world.active().orElseThrow();
    assertThat(moved.epoch()).isEqualTo(2);
    assertThat(world.probe.beaten().stream().skip(before).filter(side -> side.epoch() == 1))
        .as("looks at who isn't in the cohort, before everybody got it")
        .hasSizeGreaterThanOrEqualTo(BakeEffect.FEWEST);
    assertThat(Duration.between(alone, world.time.instant())).isGreaterThan(Duration.ofMinutes(10));
    world.assertAtRest();
  }

  private ChangeExecution killedWhileItBakes() throws InterruptedException {
    var whole = AgentWire.whole();
    var rehearsal = new FakeEstate();
    prepare(rehearsal);
    rehearsal.agent(whole).run(rehearsal.request(CANARY));
    try {
      world
          .agent(AgentWire.cut(first(whole.calls(), "heartbeat"), Moment.AFTER))
          .run(world.request(CANARY));
    } catch (AgentKilledError e) {
      // as it was meant
    }
    return open();
  }

  /** What a killed agent left open. */
  private ChangeExecution open() {
    world.store.expireLeases();
    String id =
        new String(world.store.get(StoreKeys.OPEN).orElseThrow().value(), StandardCharsets.UTF_8);
    return world.change(id).orElseThrow();
  }

  private static void prepare(FakeEstate world) throws InterruptedException {
    world.run("apply");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 70));
  }

  private static int first(List<String> calls, String verb) {
    for (int i = 0; i < calls.size(); i++) {
      if (calls.get(i).contains(verb)) {
        return i + 1;
      }
    }
    throw new IllegalStateException(calls.toString());
  }

  private static int last(List<String> calls, String verb) {
    for (int i = calls.size(); i > 0; i--) {
      if (calls.get(i - 1).contains(verb)) {
        return i;
      }
    }
    throw new IllegalStateException(calls.toString());
  }
}
