package dev.deployclaw.executors.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.service.ExecutionReservations;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.testkit.server.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A day's tasks leave nothing in etcd, however many they were. */
class ReservationsOnEtcdTest {
  private static final int TASKS = 500;

  /** Operations of one transaction, below the bound of etcd. */
  private static final int AT_ONCE = 100;

  @TempDir Path folder;

  @Test
  void oneRoundForgetsAllThatIsOld() throws Exception {
    var world = new FakeEstate();
    long now = world.time.instant().toEpochMilli();
    try (var etcd = EtcdServer.start(folder);
        var store = new EtcdStateStore(EtcdSettings.of(etcd.endpoint(), "/deployclaw/default/"))) {
      var ports =
          world.ports(store, world.objects, UnaryOperator.identity(), world.journal, world.time);
      var reservations = new ExecutionReservations(ports, "here");
      for (int task = 0; task < TASKS; task += AT_ONCE / 2) {
        store.transact(new Transaction(List.of(), reserved(task, now)));
      }
      world.time.pass(Duration.ofHours(25));
      var young = reservations.reserve(Optional.empty()).execution();
      assertThat(store.keys("")).hasSize(2 * TASKS + 1);

      int gone = reservations.forget(world.time.instant().minus(Duration.ofHours(24)));

      assertThat(store.keys("")).containsExactly(StoreKeys.reserved(young));
      assertThat(gone).isEqualTo(2 * TASKS);
    }
  }

  @Test
  void onlyTheLeaderReplacesWhatAnotherAgentBegan() throws Exception {
    var world = new FakeEstate();
    try (var etcd = EtcdServer.start(folder);
        var store = new EtcdStateStore(EtcdSettings.of(etcd.endpoint(), "/deployclaw/default/"))) {
      var ports =
          world.ports(store, world.objects, UnaryOperator.identity(), world.journal, world.time);
      var dead = new ExecutionReservations(ports, "there");
      var other = new ExecutionReservations(ports, "here");
      String begun =
          dead.reserve(Optional.of(new ExecutionReservations.Key("k", "asked", "1"))).execution();
      assertThat(dead.begin("k", begun)).isTrue();
      String fresh = other.reserve(Optional.empty()).execution();
      var late = store.stand("late", Duration.ofSeconds(30)).orElseThrow();
      late.close();

      assertThat(other.replace("k", begun, fresh, late)).as("it led before").isFalse();
      try (var lead = store.stand("leader", Duration.ofSeconds(30)).orElseThrow()) {
        assertThat(other.replace("k", begun, fresh, lead)).isTrue();
      }
      assertThat(dead.owns("k", begun)).isFalse();
      assertThat(dead.begin("k", begun)).isFalse();
      assertThat(other.owns("k", fresh)).isTrue();
    }
  }

  /** What the tasks from this number on leave, each with an idempotency key. */
  private static List<Write> reserved(int from, long at) {
    var writes = new ArrayList<Write>();
    byte[] value = ("{\"at\":" + at + "}").getBytes(StandardCharsets.UTF_8);
    for (int task = from; task < from + AT_ONCE / 2; task++) {
      writes.add(new Write.Put(StoreKeys.reserved("arch-2026-10-01-rate-limit-" + task), value));
      writes.add(new Write.Put(StoreKeys.taskKey("key-" + task), value));
    }
    return writes;
  }
}
