package dev.deployclaw.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeSources;
import dev.deployclaw.core.fake.Killed;
import dev.deployclaw.core.fake.Wire;
import dev.deployclaw.core.fake.Wire.Moment;
import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.policy.wire.StoredSet;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What gets lost, sticks or goes on unseen while a candidate is on trial. */
class CanaryBadDaysTest {
  private static final String CANARY = "apply canary 40 bake 600";

  private final World world = new World();

  @BeforeEach
  void committed() throws InterruptedException {
    prepare(world);
  }

  @Test
  void aCandidateWhosePoliciesAreLostIsTakenBack() throws InterruptedException {
    var x = killedWhileItBakes();
    world.store.delete(StoredSet.manifestKey(2));

    world.agent().recover();

    assertThat(world.change(x.id()).orElseThrow().state())
        .isInstanceOfSatisfying(
            State.RolledBack.class, r -> assertThat(r.reason()).contains("can't be read"));
    atRest();
  }

  @Test
  void withoutThePoliciesBesideItWaitsUntilTheyCanBeRead() throws InterruptedException {
    killedWhileItBakes();
    var manifest = world.store.get(StoredSet.manifestKey(1)).orElseThrow();
    world.store.delete(manifest.key());
    world.objects.reachable(false);

    var blocked = world.agent().recover();
    world.objects.reachable(true);
    world.agent().recover();

    assertThat(blocked.reason()).contains("the policy set of epoch 1 can't be read");
    world.store.put(manifest.key(), manifest.value());
    atRest();
  }

  @Test
  void theWayBackWaitsForWhoIsStuckForAWhile() throws InterruptedException {
    var free = world.time.instant().plus(Duration.ofMillis(1_500));
    world.gateway.answers(
        "converge",
        member ->
            world.time.instant().isBefore(free)
                ? Report.stuck(member, "an old worker")
                : Report.yes(member, "", Map.of()));

    var ended = world.run(CANARY);

    assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.ROLLED_BACK);
    atRest();
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
        .hasSizeGreaterThanOrEqualTo(Watch.FEWEST);
    assertThat(Duration.between(alone, world.time.instant())).isGreaterThan(Duration.ofMinutes(10));
    atRest();
  }

  private Execution killedWhileItBakes() throws InterruptedException {
    var whole = Wire.whole();
    var rehearsal = new World();
    prepare(rehearsal);
    rehearsal.agent(whole).run(rehearsal.request(CANARY));
    try {
      world
          .agent(Wire.cut(first(whole.calls(), "heartbeat"), Moment.AFTER))
          .run(world.request(CANARY));
    } catch (Killed e) {
      // as it was meant
    }
    world.store.expireLeases();
    String id =
        new String(world.store.get(Keys.OPEN).orElseThrow().value(), StandardCharsets.UTF_8);
    return world.change(id).orElseThrow();
  }

  private static void prepare(World world) throws InterruptedException {
    world.run("apply");
    world.sources.put("acme.yaml", FakeSources.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSources.document("zenith", 70));
  }

  private static int first(List<String> calls, String verb) {
    for (int i = 0; i < calls.size(); i++) {
      if (calls.get(i).contains(verb)) {
        return i + 1;
      }
    }
    throw new IllegalStateException(calls.toString());
  }

  private void atRest() {
    world.laws.checkAtRest();
    assertThat(world.laws.broken()).isEmpty();
  }
}
