package dev.deployclaw.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeStore;
import dev.deployclaw.core.fake.Killed;
import dev.deployclaw.core.fake.Wire;
import dev.deployclaw.core.fake.Wire.Moment;
import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore.Entry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent is killed before and after each of its calls in what is seldom done. */
class RareKillsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  /** How a world is made ready, what is done in it, and what must come of it. */
  private interface Scene {
    void prepare(World world) throws InterruptedException;

    void play(World world, Architect agent) throws InterruptedException;

    /** After a kill and a recovery: asked again, as whoever asked would. */
    void end(World world, String killed) throws InterruptedException;
  }

  @ParameterizedTest
  @ValueSource(strings = {"staged", "committed", "published", "baking", "undoing", "completed"})
  void anAcceptedRegression(String backup) throws InterruptedException {
    everyKill(new Accepting(backup));
  }

  @Test
  void aReassertion() throws InterruptedException {
    everyKill(new Reasserting());
  }

  @Test
  void aScheduledBegin() throws InterruptedException {
    everyKill(new Beginning());
  }

  @Test
  void aChangeForAWhile() throws InterruptedException {
    everyKill(new Lasting());
  }

  /** A backup that was taken while a change was in a state; two more were committed since. */
  private record Accepting(String state) implements Scene {
    @Override
    public void prepare(World world) throws InterruptedException {
      var backup = new AtomicReference<List<Entry>>();
      world.run("apply");
      world.store.watch(store -> take(store, backup));
      if (state.equals("undoing")) {
        world.probe.fail(2, "wrong");
      }
      boolean canary = state.equals("baking");
      world.run("set acme 700" + (canary ? " canary 50 bake 60" : ""));
      world.run("set acme 800");
      world.run("set zenith 80");
      world.restore(backup.get());
    }

    @Override
    public void play(World world, Architect agent) throws InterruptedException {
      agent.acceptRegression(world.request("accept"));
    }

    @Override
    public void end(World world, String killed) throws InterruptedException {
      var ended = world.agent().acceptRegression(world.request("accept"));
      assertThat(ended.exit()).as("%s: %s", killed, ended.reason()).isEqualTo(ExitCode.OK);
      assertThat(world.agent().regressed()).as(killed).isEmpty();
      long above = world.active().map(Active::epoch).orElseThrow();
      assertThat(above).as(killed).isGreaterThan(4);
    }

    private void take(FakeStore store, AtomicReference<List<Entry>> backup) {
      boolean there =
          store.list(Keys.CHANGES).stream()
              .map(e -> Execution.read(e.value()))
              .filter(x -> x.epoch() > 1)
              .map(x -> x.state().getClass().getSimpleName().toLowerCase(Locale.ROOT))
              .anyMatch(state::equals);
      if (there && backup.get() == null) {
        backup.set(store.list(""));
      }
    }
  }

  private record Reasserting() implements Scene {
    @Override
    public void prepare(World world) throws InterruptedException {
      world.run("apply");
      world.redis.replicate("redis/a");
      world.run("set acme 700");
      world.redis.failOver("redis/a", true);
    }

    @Override
    public void play(World world, Architect agent) throws InterruptedException {
      agent.reassert();
    }

    @Override
    public void end(World world, String killed) throws InterruptedException {
      world.agent().reassert();
      assertThat(world.agent().reassert()).as(killed).isEmpty();
      assertThat(world.active().orElseThrow().epoch()).as(killed).isEqualTo(2);
    }
  }

  private record Beginning() implements Scene {
    @Override
    public void prepare(World world) throws InterruptedException {
      world.run("apply");
      world.run("set acme 700 at " + world.time.instant().plus(HOUR));
      world.time.pass(HOUR);
    }

    @Override
    public void play(World world, Architect agent) throws InterruptedException {
      for (String id : agent.due()) {
        agent.begin(id);
      }
    }

    @Override
    public void end(World world, String killed) throws InterruptedException {
      play(world, world.agent());
      assertThat(world.agent().scheduled().entries()).as(killed).isEmpty();
      assertThat(world.store.list(Keys.CHANGES)).as("%s: begun once", killed).hasSize(2);
    }
  }

  private record Lasting() implements Scene {
    @Override
    public void prepare(World world) throws InterruptedException {
      world.run("apply");
    }

    @Override
    public void play(World world, Architect agent) throws InterruptedException {
      agent.run(world.request("set acme 700 for 3600"));
    }

    @Override
    public void end(World world, String killed) throws InterruptedException {
      boolean committed = world.active().orElseThrow().epoch() > 1;
      world.time.pass(HOUR);
      assertThat(world.agent().status().expired()).as(killed).hasSize(committed ? 1 : 0);
    }
  }

  private static void everyKill(Scene scene) throws InterruptedException {
    var whole = Wire.whole();
    var ready = new World();
    scene.prepare(ready);
    var world = ready.copy();
    scene.play(world, world.agent(whole));
    int calls = whole.calls().size();
    int kills = 0;
    for (int call = 1; call <= calls; call++) {
      for (var moment : Moment.values()) {
        kills += kill(ready.copy(), scene, Wire.cut(call, moment)) ? 1 : 0;
      }
    }
    System.out.println(scene + ": " + calls + " calls, " + kills + " kills");
    assertThat(kills).isEqualTo(2 * calls);
  }

  private static boolean kill(World world, Scene scene, Wire wire) throws InterruptedException {
    boolean killed = false;
    try {
      scene.play(world, world.agent(wire));
    } catch (Killed e) {
      killed = true;
    }
    world.store.expireLeases();
    String last = "killed at " + wire.calls().size() + " " + wire.calls().getLast();

    world.agent().recover();
    scene.end(world, last);

    world.agent().recover();
    world.laws.checkAtRest();
    assertThat(world.laws.broken()).as(last).isEmpty();
    return killed;
  }
}
