package dev.deployclaw.core.runtime;

import static dev.deployclaw.core.runtime.ExitCode.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.FakeSources;
import dev.deployclaw.core.fake.Killed;
import dev.deployclaw.core.fake.Wire;
import dev.deployclaw.core.fake.Wire.Moment;
import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.spi.Report;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Kills the agent before and after each of its calls, once for each; then another agent recovers.
 * Every schedule must end at all new or all old, with every invariant kept.
 */
class KillTest {
  /** Of the first kills of a double one, every so-many-th is tried; the second ones are all. */
  private static final int EVERY = Integer.getInteger("kill.every", 9);

  /** What is done up to the kill, by an agent on that wire. */
  private interface Scene {
    void play(World world, Wire wire) throws InterruptedException;
  }

  @Test
  void aFirstRun() throws InterruptedException {
    everyKill(_ -> {}, (world, wire) -> world.agent(wire).run(world.request("apply")));
  }

  @Test
  void aSecondRun() throws InterruptedException {
    everyKill(
        world -> world.run("apply"),
        (world, wire) -> world.agent(wire).run(world.request("set acme 700")));
  }

  @Test
  void aRunThatIsWrittenBack() throws InterruptedException {
    everyKill(
        world -> {
          world.sources.writeBack();
          world.run("apply");
        },
        (world, wire) -> world.agent(wire).run(world.request("set acme 700")));
  }

  @Test
  void aRunThatGoesBackByItself() throws InterruptedException {
    everyKill(
        world -> {
          world.run("apply");
          world.probe.fail("wrong");
        },
        (world, wire) -> world.agent(wire).run(world.request("set acme 700")));
  }

  @Test
  void aCanary() throws InterruptedException {
    everyKill(KillTest::twoChanged, KillTest::canary);
  }

  @Test
  void aCanaryThatIsWithdrawn() throws InterruptedException {
    everyKill(
        world -> {
          twoChanged(world);
          world.probe.beats(Report.no("gateway/shop/one", "wrong"));
        },
        KillTest::canary);
  }

  private static void twoChanged(World world) throws InterruptedException {
    world.run("apply");
    world.sources.put("acme.yaml", FakeSources.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSources.document("zenith", 70));
  }

  private static void canary(World world, Wire wire) throws InterruptedException {
    world.agent(wire).run(world.request("apply canary 40 60 bake 60"));
  }

  @Test
  void aCanaryWhoseRecoveryIsKilledInItsTurn() throws InterruptedException {
    var whole = Wire.whole();
    var ready = ready(KillTest::twoChanged);
    canary(ready.copy(), whole);
    int kills = 0;
    for (int call = 1; call <= whole.calls().size(); call += EVERY) {
      kills += killTwice(ready.copy(), KillTest::canary, call);
    }
    System.out.println(kills + " double kills of a canary");
    assertThat(kills).isGreaterThan(whole.calls().size());
  }

  @Test
  void aRunThatIsVotedDown() throws InterruptedException {
    everyKill(
        world -> world.gateway.refuseAt("prepare", "unknown directive"),
        (world, wire) -> world.agent(wire).run(world.request("apply")));
  }

  @Test
  void anApproval() throws InterruptedException {
    everyKill(
        world -> world.run("apply manually"),
        (world, wire) -> world.agent(wire).approve(world.journal.executions().getFirst(), "ann"));
  }

  @Test
  void aRollbackToThePredecessor() throws InterruptedException {
    everyKill(
        world -> {
          world.run("apply");
          world.run("set acme 700");
        },
        (world, wire) -> world.agent(wire).rollback("last", "olivia"));
  }

  /** A repair is no change, so nobody finishes it: it is asked for again. */
  @Test
  void aRepairThatIsAskedForAgain() throws InterruptedException {
    Prelude drifted =
        world -> {
          world.run("apply");
          world.gateway.forget("two");
          world.redis.tamper("a", "somebody's");
        };
    Scene repair = (world, wire) -> world.agent(wire).repair(world.request("repair"));
    var whole = Wire.whole();
    var ready = ready(drifted);
    repair.play(ready.copy(), whole);
    int kills = 0;
    for (int call = 1; call <= whole.calls().size(); call++) {
      for (var moment : Moment.values()) {
        var world = ready.copy();
        var before = world.active();
        var wire = Wire.cut(call, moment);
        kills += died(() -> repair.play(world, wire)) ? 1 : 0;
        world.store.expireLeases();
        world.agent().recover();

        var again = world.agent().repair(world.request("repair"));

        assertThat(again.exit()).as("killed at %s: %s", last(wire), again.reason()).isEqualTo(OK);
        world.laws.checkAtRest();
        assertThat(world.laws.broken()).as("killed at %s", last(wire)).isEmpty();
        assertThat(world.active()).isEqualTo(before);
      }
    }
    System.out.println(whole.calls().size() + " calls, " + kills + " kills");
    assertThat(kills).isEqualTo(2 * whole.calls().size());
  }

  @Test
  void aRecoveryThatIsKilledInItsTurn() throws InterruptedException {
    Prelude failing =
        world -> {
          world.run("apply");
          world.probe.fail("wrong");
        };
    Scene run = (world, wire) -> world.agent(wire).run(world.request("set acme 700"));
    var whole = Wire.whole();
    var ready = ready(failing);
    run.play(ready.copy(), whole);
    int kills = 0;
    for (int call = 1; call <= whole.calls().size(); call += EVERY) {
      kills += killTwice(ready.copy(), run, call);
    }
    System.out.println(kills + " double kills");
    assertThat(kills).isGreaterThan(whole.calls().size());
  }

  /** Kills the run after one call, and its recovery after each of its calls. */
  private static int killTwice(World ready, Scene scene, int first) throws InterruptedException {
    assertThat(died(() -> scene.play(ready, Wire.cut(first, Moment.AFTER)))).isTrue();
    ready.store.expireLeases();
    for (int second = 1; ; second++) {
      var world = ready.copy();
      var wire = Wire.cut(second, Moment.AFTER);
      boolean again = died(() -> world.agent(wire).recover());
      world.store.expireLeases();
      world.agent().recover();
      world.laws.checkAtRest();
      assertThat(world.laws.broken()).as("killed at %s, then at %s", first, last(wire)).isEmpty();
      if (!again) {
        return second - 1;
      }
    }
  }

  /** Something that may be killed. */
  private interface Mortal {
    void live() throws InterruptedException;
  }

  private static boolean died(Mortal mortal) throws InterruptedException {
    try {
      mortal.live();
      return false;
    } catch (Killed e) {
      return true;
    }
  }

  /** How a world is made ready. */
  private interface Prelude {
    void prepare(World world) throws InterruptedException;
  }

  private static World ready(Prelude prelude) throws InterruptedException {
    var world = new World();
    prelude.prepare(world);
    return world;
  }

  private static void everyKill(Prelude prelude, Scene scene) throws InterruptedException {
    var whole = Wire.whole();
    var ready = ready(prelude);
    scene.play(ready.copy(), whole);
    int calls = whole.calls().size();
    int kills = 0;
    for (int call = 1; call <= calls; call++) {
      for (var moment : Moment.values()) {
        kills += kill(ready.copy(), scene, Wire.cut(call, moment)) ? 1 : 0;
      }
    }
    System.out.println(calls + " calls, " + kills + " kills");
    assertThat(kills).isEqualTo(2 * calls);
  }

  private static boolean kill(World world, Scene scene, Wire wire) throws InterruptedException {
    boolean killed = died(() -> scene.play(world, wire));
    world.store.expireLeases();

    world.agent().recover();

    world.laws.checkAtRest();
    assertThat(world.laws.broken()).as("killed at %s", last(wire)).isEmpty();
    return killed;
  }

  private static String last(Wire wire) {
    List<String> calls = wire.calls();
    return calls.isEmpty() ? FakeParticipant.ORIGINAL : calls.size() + " " + calls.getLast();
  }
}
