package dev.deployclaw.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeSources;
import dev.deployclaw.core.fake.FakeStore;
import dev.deployclaw.core.fake.FakeStore.Fate;
import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.spi.Report;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each answer about a widening, a withdrawal or the end of a watch may be lost, in every way. */
class CanaryLostAnswersTest {
  private static final String CANARY = "apply canary 40 60 bake 60";

  @Test
  void eachMoveOfActive() throws InterruptedException {
    for (var fate : Fate.values()) {
      for (int move = 0; move <= 2; move++) {
        var world = world();
        meetsAtMove(world, move, fate);

        ends(world, fate + " at move " + move);
      }
    }
  }

  @Test
  void theMoveThatTakesACandidateBack() throws InterruptedException {
    for (var fate : Fate.values()) {
      var world = world();
      world.probe.beats(Report.no("gateway/shop/one", "wrong"));
      meetsAtMove(world, 1, fate);

      var state = ends(world, fate + " at the withdrawal");

      assertThat(state).as(fate.name()).isInstanceOf(State.RolledBack.class);
    }
  }

  @Test
  void theEndOfTheLastWatch() throws InterruptedException {
    for (var fate : Fate.values()) {
      var world = world();
      world.store.watch(store -> open(store, State.Soaking.class, fate));

      var state = ends(world, fate + " at the end of the last watch");

      assertThat(state).as(fate.name()).isInstanceOf(State.Completed.class);
    }
  }

  private static World world() throws InterruptedException {
    var world = new World();
    world.run("apply");
    world.sources.put("acme.yaml", FakeSources.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSources.document("zenith", 70));
    return world;
  }

  /** The transaction that moves it for the so-many-th time, from 0, meets the fate. */
  private static void meetsAtMove(World world, int move, Fate fate) {
    if (move == 0) {
      world.store.fate(Keys.ACTIVE, fate);
      return;
    }
    Set<Active> moves = new HashSet<>(Set.of(world.active().orElseThrow()));
    world.store.watch(store -> {
      if (moves.add(world.active().orElseThrow()) && moves.size() == move + 1) {
        store.fate(Keys.ACTIVE, fate);
      }
    });
  }

  private static void open(FakeStore store, Class<? extends State> in, Fate fate) {
    store
        .get(Keys.OPEN)
        .map(e -> Keys.change(new String(e.value(), StandardCharsets.UTF_8)))
        .filter(key ->
            store
                .get(key)
                .map(e -> Execution.read(e.value()).state())
                .filter(in::isInstance)
                .isPresent())
        .ifPresent(key -> store.fate(key, fate));
  }

  /** Runs it, then another agent recovers with everything there again. */
  private static State ends(World world, String what) throws InterruptedException {
    var ended = world.run(CANARY);
    world.store.reachable(true);
    world.store.expireLeases();
    world.agent().recover();
    world.laws.checkAtRest();
    assertThat(world.laws.broken()).as(what + ": " + ended.reason()).isEmpty();
    return world.change(ended.execution()).orElseThrow().state();
  }
}
