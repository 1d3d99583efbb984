package dev.deployclaw.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.core.fake.FakeStateStore.Fate;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.store.StoreKeys;
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
      world.probe.beats(MemberReport.no("gateway/shop/one", "wrong"));
      meetsAtMove(world, 1, fate);

      var state = ends(world, fate + " at the withdrawal");

      assertThat(state).as(fate.name()).isInstanceOf(ChangeState.RolledBack.class);
    }
  }

  @Test
  void theEndOfTheLastWatch() throws InterruptedException {
    for (var fate : Fate.values()) {
      var world = world();
      world.store.watch(store -> open(store, ChangeState.Soaking.class, fate));

      var state = ends(world, fate + " at the end of the last watch");

      assertThat(state).as(fate.name()).isInstanceOf(ChangeState.Completed.class);
    }
  }

  private static FakeEstate world() throws InterruptedException {
    var world = new FakeEstate();
    world.run("apply");
    world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 70));
    return world;
  }

  /** The transaction that moves it for the so-many-th time, from 0, meets the fate. */
  private static void meetsAtMove(FakeEstate world, int move, Fate fate) {
    if (move == 0) {
      world.store.fate(StoreKeys.ACTIVE, fate);
      return;
    }
    Set<CommittedEpoch> moves = new HashSet<>(Set.of(world.active().orElseThrow()));
    world.store.watch(store -> {
      if (moves.add(world.active().orElseThrow()) && moves.size() == move + 1) {
        store.fate(StoreKeys.ACTIVE, fate);
      }
    });
  }

  private static void open(FakeStateStore store, Class<? extends ChangeState> in, Fate fate) {
    store
        .get(StoreKeys.OPEN)
        .map(e -> StoreKeys.change(new String(e.value(), StandardCharsets.UTF_8)))
        .filter(key ->
            store
                .get(key)
                .map(e -> ChangeExecution.read(e.value()).state())
                .filter(in::isInstance)
                .isPresent())
        .ifPresent(key -> store.fate(key, fate));
  }

  /** Runs it, then another agent recovers with everything there again. */
  private static ChangeState ends(FakeEstate world, String what) throws InterruptedException {
    var ended = world.run(CANARY);
    world.store.reachable(true);
    world.store.expireLeases();
    world.agent().recover();
    world.laws.checkAtRest();
    assertThat(world.laws.broken()).as(what + ": " + ended.reason()).isEmpty();
    return world.change(ended.execution()).orElseThrow().state();
  }
}
