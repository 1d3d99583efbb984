package dev.deployclaw.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.fake.Killed;
import dev.deployclaw.core.fake.Wire;
import dev.deployclaw.core.fake.Wire.Moment;
import dev.deployclaw.core.fake.World;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Kills the agent before and after each of its calls, once for each; then another agent recovers.
 * Every schedule must end at all new or all old, with every invariant kept.
 */
class KillTest {
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
  void aRunThatGoesBackByItself() throws InterruptedException {
    everyKill(
        world -> {
          world.run("apply");
          world.probe.fail("wrong");
        },
        (world, wire) -> world.agent(wire).run(world.request("set acme 700")));
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

  /** How a world is made ready. */
  private interface Prelude {
    void prepare(World world) throws InterruptedException;
  }

  private static void everyKill(Prelude prelude, Scene scene) throws InterruptedException {
    var whole = Wire.whole();
    var world = new World();
    prelude.prepare(world);
    scene.play(world, whole);
    int calls = whole.calls().size();
    int kills = 0;
    for (int call = 1; call <= calls; call++) {
      for (var moment : Moment.values()) {
        kills += kill(prelude, scene, Wire.cut(call, moment)) ? 1 : 0;
      }
    }
    System.out.println(calls + " calls, " + kills + " kills");
    assertThat(kills).isEqualTo(2 * calls);
  }

  private static boolean kill(Prelude prelude, Scene scene, Wire wire) throws InterruptedException {
    var world = new World();
    prelude.prepare(world);
    boolean killed = false;
    try {
      scene.play(world, wire);
    } catch (Killed e) {
      killed = true;
    }
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
