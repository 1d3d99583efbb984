package dev.deployclaw.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.AgentKilledError;
import dev.deployclaw.core.fake.AgentWire;
import dev.deployclaw.core.fake.AgentWire.Moment;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Kills an agent that runs on threads, before and after each of its calls, once for each; then
 * another agent recovers. Two scenes are enough to see that threads die as the simulation has it:
 * all scenes, and deaths of the successor, are played there ({@code EverySingleFaultTest}, {@code
 * EveryDoubleCrashTest}).
 */
class AgentKillTest {
  /** What is done up to the kill, by an agent on that wire. */
  private interface Scene {
    void play(FakeEstate world, AgentWire wire) throws InterruptedException;
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

  /** Something that may be killed. */
  private interface Mortal {
    void live() throws InterruptedException;
  }

  private static boolean died(Mortal mortal) throws InterruptedException {
    try {
      mortal.live();
      return false;
    } catch (AgentKilledError e) {
      return true;
    }
  }

  /** How a world is made ready. */
  private interface Prelude {
    void prepare(FakeEstate world) throws InterruptedException;
  }

  private static FakeEstate ready(Prelude prelude) throws InterruptedException {
    var world = new FakeEstate();
    prelude.prepare(world);
    return world;
  }

  private static void everyKill(Prelude prelude, Scene scene) throws InterruptedException {
    var whole = AgentWire.whole();
    var ready = ready(prelude);
    scene.play(ready.copy(), whole);
    int calls = whole.calls().size();
    int kills = 0;
    for (int call = 1; call <= calls; call++) {
      for (var moment : Moment.values()) {
        kills += kill(ready.copy(), scene, AgentWire.cut(call, moment)) ? 1 : 0;
      }
    }
    System.out.println(calls + " calls, " + kills + " kills");
    assertThat(kills).isEqualTo(2 * calls);
  }

  private static boolean kill(FakeEstate world, Scene scene, AgentWire wire)
      throws InterruptedException {
    boolean killed = died(() -> scene.play(world, wire));
    world.store.expireLeases();

    world.agent().recover();

    world.laws.checkAtRest();
    assertThat(world.laws.broken()).as("killed at %s", last(wire)).isEmpty();
    return killed;
  }

  private static String last(AgentWire wire) {
    List<String> calls = wire.calls();
    return calls.isEmpty() ? FakeParticipant.ORIGINAL : calls.size() + " " + calls.getLast();
  }
}
