package dev.deployclaw.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.AgentKilledError;
import dev.deployclaw.core.fake.AgentWire;
import dev.deployclaw.core.fake.AgentWire.Moment;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.log.SupersededRecords;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.testkit.Slow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The agent dies with its machine, another one ends what it began, and the first machine comes
 * back: with records that nobody else knew, under numbers that were given out again.
 */
class DivergedLogTest {
  /** What is done up to the kill, by an agent on that wire. */
  private interface Scene {
    void play(FakeEstate world, AgentWire wire) throws InterruptedException;
  }

  @Test
  void whatTheOtherMachineDidNotKnowIsMovedOutOfTheLogAndAccountedFor() throws Exception {
    var world = withTail(DivergedLogTest::run);
    String execution = world.journal.executions().getFirst();
    var written = world.journal.read(execution);
    var stored = audits(world, execution);

    var finished = world.agent().recover().finished();

    var lost = only(world.journal.superseded());
    int from = (int) lost.from();
    assertThat(lost.execution()).isEqualTo(execution);
    assertThat(world.journal.read(lost))
        .containsExactlyElementsOf(written.subList(from - 1, written.size()));
    var log = new ArrayList<>(written.subList(0, from - 1));
    log.addAll(stored.stream().filter(r -> ExecutionLog.head(r).seq() >= from).toList());
    assertThat(world.journal.read(execution)).containsExactlyElementsOf(log);
    assertThat(finished)
        .singleElement()
        .satisfies(ended -> {
          assertThat(ended.result()).isEqualTo(ExecutionStatus.COMPLETED);
          assertThat(ended.reason())
              .contains("LOST", execution, "from " + from + " to " + written.size(), lost.file());
        });
    assertThat(text(audits(world, finished.getFirst().execution()).getLast()))
        .contains("\"superseded\":", "\"file\":\"" + lost.file(), "\"from\":" + from)
        .contains(ExecutionLog.head(written.getLast()).hash());
  }

  @Test
  void itIsAccountedForOnce() throws Exception {
    var world = withTail(DivergedLogTest::run);
    world.agent().recover();
    int logs = world.journal.executions().size();

    assertThat(world.agent().recover().finished()).isEmpty();

    assertThat(world.journal.executions()).hasSize(logs);
  }

  /** The store was away, so that it ended there as far as it knew. */
  @Test
  void anEndThatNobodyElseKnewIsMovedOutToo() throws Exception {
    var world = new FakeEstate();
    boolean[] cut = new boolean[1];
    world.store.watch(store -> {
      boolean staged =
          store.list(StoreKeys.CHANGES).stream().anyMatch(e -> text(e).contains("staged"));
      if (staged && !cut[0]) {
        cut[0] = true;
        store.reachable(false);
      }
    });
    var ended = world.run("apply");
    assertThat(ExecutionLog.ended(world.journal.read(ended.execution()))).isTrue();
    world.store.reachable(true);
    world.store.expireLeases();
    world.agentElsewhere().recover();
    world.store.expireLeases();

    world.agent().recover();

    assertThat(world.journal.superseded()).hasSize(1);
    assertAllWell(world, "cut off once it was staged");
  }

  /** By which a verifier sees that there were all votes. */
  @Test
  void whatTheOtherMachineThoughtIsInTheLogToo() throws Exception {
    var world = new FakeEstate();
    var held = world.run("apply manually");
    var elsewhere = world.agentElsewhere();

    assertThat(elsewhere.approve(held.execution(), "ann").result())
        .isEqualTo(ExecutionStatus.COMPLETED);

    world.store.expireLeases();
    world.agent().recover();
    assertThat(world.journal.superseded()).isEmpty();
    var log = world.journal.read(held.execution()).stream().map(DivergedLogTest::text).toList();
    assertThat(log)
        .filteredOn(r -> r.contains("\"phase\":\"prepare\"") && r.contains("\"yes\":"))
        .hasSize(2);
    assertThat(log)
        .filteredOn(r -> r.contains("\"phase\":\"converge\"") && !r.contains("\"state\":"))
        .isNotEmpty();
    assertAllWell(world, "approved elsewhere");
  }

  @Slow(
      guard = "dev.deployclaw.core.recovery.DivergedLogTest#itIsAccountedForOnce",
      because = "it kills an agent before and after each of its calls")
  @Test
  void everyKillOfARun() throws Exception {
    assertThat(everyKill(DivergedLogTest::run)).isPositive();
  }

  @Slow(
      guard = "dev.deployclaw.core.recovery.DivergedLogTest#itIsAccountedForOnce",
      because = "it kills an agent before and after each of its calls")
  @Test
  void everyKillOfAnApproval() throws Exception {
    assertThat(everyKill(DivergedLogTest::approval)).isPositive();
  }

  @Slow(
      guard = "dev.deployclaw.core.recovery.DivergedLogTest#itIsAccountedForOnce",
      because = "it kills an agent before and after each of its calls")
  @Test
  void everyKillOfWhatPutsTheLogRight() throws Exception {
    var parted = withTail(DivergedLogTest::run);
    int kills = 0;
    for (int call = 1; ; call++) {
      for (var moment : Moment.values()) {
        var world = parted.copy();
        var wire = AgentWire.cut(call, moment);
        boolean died = died((w, on) -> w.agent(on).recover(), world, wire);
        world.store.expireLeases();

        world.agent().recover();

        assertThat(world.journal.superseded()).hasSize(1);
        assertAllWell(world, "killed at " + wire.calls());
        if (!died) {
          assertThat(kills).isGreaterThan(10);
          return;
        }
        kills++;
      }
    }
  }

  /** How many of the kills left records that nobody else knew. */
  private static int everyKill(Scene scene) throws InterruptedException {
    int parted = 0;
    for (int call = 1; ; call++) {
      for (var moment : Moment.values()) {
        var world = new FakeEstate();
        var wire = AgentWire.cut(call, moment);
        boolean died = died(scene, world, wire);
        comeBack(world);

        world.agent().recover();

        assertAllWell(world, "killed at " + wire.calls().size() + " " + wire.calls().getLast());
        parted += world.journal.superseded().isEmpty() ? 0 : 1;
        if (!died) {
          return parted;
        }
      }
    }
  }

  /** A world whose first machine is back, with records that nobody else knew. */
  private static FakeEstate withTail(Scene scene) throws InterruptedException {
    for (int call = 1; ; call++) {
      var world = new FakeEstate();
      assertThat(died(scene, world, AgentWire.cut(call, Moment.AFTER))).isTrue();
      String execution = world.journal.executions().stream().findFirst().orElse("none");
      var kept = world.journal.read(execution);
      var stored = audits(world, execution);
      boolean tail =
          !stored.isEmpty() && ExecutionLog.head(stored.getLast()).seq() + 1 < kept.size();
      if (tail && world.active().isPresent()) {
        comeBack(world);
        return world;
      }
    }
  }

  private static void comeBack(FakeEstate world) throws InterruptedException {
    world.store.expireLeases();
    world.agentElsewhere().recover();
    world.store.expireLeases();
  }

  private static void run(FakeEstate world, AgentWire wire) throws InterruptedException {
    world.agent(wire).run(world.request("apply"));
  }

  private static void approval(FakeEstate world, AgentWire wire) throws InterruptedException {
    world.run("apply manually");
    world.agent(wire).approve(world.journal.executions().getFirst(), "ann");
  }

  private static boolean died(Scene scene, FakeEstate world, AgentWire wire)
      throws InterruptedException {
    try {
      scene.play(world, wire);
      return false;
    } catch (AgentKilledError e) {
      return true;
    }
  }

  private static List<byte[]> audits(FakeEstate world, String execution) {
    return world.store.list(StoreKeys.audits(execution)).stream().map(Entry::value).toList();
  }

  private static SupersededRecords only(List<SupersededRecords> lost) {
    assertThat(lost).hasSize(1);
    return lost.getFirst();
  }

  private static String text(Entry entry) {
    return text(entry.value());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void assertAllWell(FakeEstate world, String at) {
    world.laws.checkAtRest();
    assertThat(world.laws.broken()).as(at).isEmpty();
  }
}
