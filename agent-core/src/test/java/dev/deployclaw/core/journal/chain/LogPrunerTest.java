package dev.deployclaw.core.journal.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeStateStore.Fate;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.journal.StoredLogReader;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.query.TenantHistoryReport.Changed;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.ArchivedLogMarker;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records leave the state store and the machine only for a bucket that was read back. */
class LogPrunerTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void letsWhatIsOldGoAndKeepsWhereItIs() throws Exception {
    var first = changes(4).getFirst();
    var records = world.journal.read(first);

    var pruned = world.agent().prune(2);

    assertThat(pruned.gone()).isEqualTo(2);
    assertThat(world.store.list(StoreKeys.audits(first))).isEmpty();
    assertThat(world.journal.executions()).hasSize(2).doesNotContain(first);
    assertThat(world.journal.known()).hasSize(4).contains(first);
    var copy =
        ArchivedLogMarker.read(world.store.get(StoreKeys.auditCopy(first)).orElseThrow().value());
    assertThat(copy.by()).startsWith("agent-");
    assertThat(world.objects.names()).contains(copy.head());
    assertThat(texts(new StoredLogReader(world.portsElsewhere()).records(first)))
        .isEqualTo(texts(records));
    assertThat(world.agent().prune(2)).isEqualTo(PruneReport.NOTHING);
    world.assertAtRest();
  }

  @Test
  void keepsTheLatestAndWhatAWayBackStandsOn() throws Exception {
    var all = changes(4);

    assertThat(world.agent().prune(4)).isEqualTo(PruneReport.NOTHING);
    var pruned = world.agent().prune(0);

    assertThat(pruned.gone()).isEqualTo(2);
    assertThat(pruned.kept())
        .containsExactly(
            all.get(2) + ": a rollback needs it", all.get(3) + ": a rollback needs it");
    assertThat(world.agent().rollback("last", "olivia").result())
        .isEqualTo(ExecutionStatus.COMPLETED);
    world.assertAtRest();
  }

  @Test
  void keepsTheProvenOneBelowThoseThatFailed() throws Exception {
    var all = changes(2);
    world.probe.fail("wrong");
    world.run("set acme 900");
    world.probe.fail("");

    world.agent().prune(0);

    assertThat(world.journal.executions()).doesNotContain(all.getFirst()).contains(all.get(1));
    world.assertAtRest();
  }

  @Test
  void keepsWhatIsHeldOrScheduled() throws Exception {
    world.gate = new GatePolicy(true, false, Duration.ofDays(9), List.of());
    world.run("apply");
    var held = world.run("set acme 700 manually").execution();
    var later =
        world.run("set zenith 90 at " + world.time.instant().plusSeconds(86_400)).execution();
    changes(3);

    var pruned = world.agent().prune(0);

    assertThat(world.journal.executions()).contains(held, later);
    assertThat(pruned.kept())
        .contains(held + ": its change hasn't ended", later + ": its change hasn't ended");
    assertThat(world.agent().approve(held, "ann").result()).isNotEqualTo(ExecutionStatus.REFUSED);
  }

  @Test
  void nothingGoesWhileTheBucketIsAway() throws Exception {
    changes(4);
    world.objects.reachable(false);
    var before = world.store.list("audit");

    assertThatThrownBy(() -> world.agent().prune(0)).isInstanceOf(BucketUnavailableException.class);

    assertThat(keys(world.store.list("audit"))).isEqualTo(keys(before));
    assertThat(world.journal.executions()).hasSize(4);
  }

  @Test
  void nothingGoesWhoseCopyIsSomethingElse() throws Exception {
    var first = changes(4).getFirst();
    world.objects.swallowing(name -> name.contains(first));

    var pruned = world.agent().prune(0);

    assertThat(pruned.kept()).anyMatch(why -> why.startsWith(first) && why.contains("its copy"));
    assertThat(world.store.list(StoreKeys.audits(first))).isNotEmpty();
    assertThat(world.journal.executions()).contains(first);
  }

  @Test
  void nothingGoesOfWhichTheStoreHoldsOtherRecords() throws Exception {
    var first = changes(4).getFirst();
    var record = world.store.list(StoreKeys.audits(first)).getFirst();
    var other =
        new String(record.value(), StandardCharsets.UTF_8).replace("Recorded: ", "Invented: ");
    world.store.put(record.key(), other.getBytes(StandardCharsets.UTF_8));

    var pruned = world.agent().prune(0);

    assertThat(pruned.kept()).contains(first + ": the state store holds other records of it");
    assertThat(world.store.get(record.key())).isPresent();
    assertThat(world.journal.executions()).contains(first);
  }

  @Test
  void aLostAnswerIsGoneOnWith() throws Exception {
    for (var fate : List.of(Fate.APPLIED_ANSWER_LOST, Fate.LOST)) {
      var first = changes(4).getFirst();
      world.store.fate(StoreKeys.auditCopy(first), fate);

      var pruned = world.agent().prune(0);

      assertThat(pruned.kept()).contains(first + ": it changed meanwhile, or there was no answer");
      assertThat(world.journal.executions()).contains(first);
      assertThat(world.agent().prune(0).gone()).isEqualTo(1);
      assertThat(world.journal.executions()).doesNotContain(first);
      world.assertAtRest();
    }
  }

  @Test
  void anotherMachineReadsTheHistoryFromTheBucket() throws Exception {
    changes(4);
    var before = world.agentElsewhere().queries().history("acme", 9).changes();

    world.agent().prune(0);

    assertThat(world.agentElsewhere().queries().history("acme", 9).changes()).isEqualTo(before);
    assertThat(before).extracting(Changed::committed).allMatch(when -> when.isPresent());
    assertThat(world.queries().history("acme", 9).changes())
        .extracting(Changed::request)
        .allMatch(asked -> asked.isPresent());
  }

  @Test
  void historySaysThatTheBucketIsAway() throws Exception {
    changes(4);
    world.agent().prune(0);
    world.objects.reachable(false);

    var answer = world.queries().history("acme", 9);

    assertThat(answer.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(answer.reason()).contains("no route to the bucket");
  }

  @Test
  void keepsALogThatAnotherProcessWrites() throws Exception {
    var first = changes(4).getFirst();
    world.journal.claimedElsewhere(first);

    assertThat(world.agent().prune(0).kept()).contains(first + ": it is being written");
    assertThat(world.store.list(StoreKeys.audits(first))).isNotEmpty();
  }

  /** All of them committed; the first puts the sources in force. */
  private List<String> changes(int count) throws InterruptedException {
    var done = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      int limit = 700 + world.journal.known().size();
      var ended = world.run(world.active().isEmpty() ? "apply" : "set acme " + limit);
      assertThat(ended.exit()).as(ended.reason()).isEqualTo(ExitCode.OK);
      done.add(ended.execution());
    }
    return done;
  }

  private static List<String> texts(List<byte[]> records) {
    return records.stream().map(r -> new String(r, StandardCharsets.UTF_8)).toList();
  }

  private static List<String> keys(List<Entry> entries) {
    return entries.stream().map(Entry::key).toList();
  }
}
