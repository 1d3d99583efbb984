package dev.deployclaw.core.journal.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.core.fake.FakeStateStore.Fate;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.store.ChainLink;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The chain that the ends of all executions make, in the state store and in the bucket. */
class LogHeadChainTest {
  private final FakeEstate world = new FakeEstate();
  private boolean cut;

  @Test
  void everyEndIsALinkThatCoversTheOneBefore() throws Exception {
    var first = world.run("apply");
    var second = world.run("set acme 700");

    var links = links();

    assertThat(links)
        .extracting(ChainLink::execution)
        .containsExactly(first.execution(), second.execution());
    assertThat(links.getLast())
        .isEqualTo(
            links.getFirst().next(second.execution(), records(second), links.getLast().head()));
    assertThat(head()).isEqualTo(links.getLast());
    world.assertAtRest();
  }

  @Test
  void aLogThatWaitsAndGoesOnHasALinkForEachOfItsEnds() throws Exception {
    var held = world.run("apply manually");
    long then = records(held);

    world.agent().approve(held.execution(), "ann");

    assertThat(links())
        .extracting(ChainLink::records)
        .startsWith(then)
        .contains((long) records(held));
    world.assertAtRest();
  }

  @Test
  void aLinkIsInTheBucketAndWaitsNoMore() throws Exception {
    world.run("apply");

    assertThat(object("audit-chain/000000000001.json")).isEqualTo(links().getFirst().bytes());
    assertThat(world.store.list(StoreKeys.CHAIN_WAITING)).isEmpty();
    var reading = new ChainReader(world.ports());
    assertThat(reading.copied()).containsExactlyElementsOf(reading.stored());
  }

  @Test
  void whatTheBucketCanNotTakeWaitsAndStopsNobody() throws Exception {
    world.run("apply");
    world.store.watch(this::cutOnceCompleted);
    var cut = world.run("set acme 700");

    assertThat(cut.result()).as(cut.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.store.list(StoreKeys.CHAIN_WAITING)).isNotEmpty();
    world.assertAtRest();
    world.objects.reachable(true);

    world.agent().recover();

    assertThat(world.store.list(StoreKeys.CHAIN_WAITING)).isEmpty();
    world.assertAtRest();
  }

  @Test
  void soManyAreCopiedAtOnce() throws Exception {
    world.store.stand("somebody else", Duration.ofSeconds(10));
    int many = ChainLinkCopier.AT_ONCE + 3;
    for (int i = 0; i < many; i++) {
      world.run("apply");
    }
    world.store.expireLeases();

    world.agent().recover();

    assertThat(links()).hasSize(many);
    assertThat(world.store.list(StoreKeys.CHAIN_WAITING)).hasSize(3);
    world.agent().recover();
    assertThat(world.store.list(StoreKeys.CHAIN_WAITING)).isEmpty();
    world.assertAtRest();
  }

  /** As after a backup was restored, or when somebody writes there. */
  @Test
  void anotherLinkOfItsNumberStaysAndItGoesBesideIt() throws Exception {
    byte[] other = "{\"link\":1}".getBytes(StandardCharsets.UTF_8);
    world.objects.alter("audit-chain/000000000001.json", other);

    world.run("apply");

    assertThat(object("audit-chain/000000000001.json")).isEqualTo(other);
    assertThat(object("audit-chain/000000000001.1.json")).isEqualTo(links().getFirst().bytes());
    world.assertAtRest();
  }

  @Test
  void aNumberThatTooManyHaveHoldsNoOtherUp() throws Exception {
    for (int variant = 0; variant < ChainLink.MOST_VARIANTS; variant++) {
      world.objects.alter(ChainLink.object(1, variant), new byte[] {1});
    }

    world.run("apply");
    world.run("set acme 700");

    assertThat(world.store.list(StoreKeys.CHAIN_WAITING)).hasSize(1);
    assertThat(object("audit-chain/000000000002.json")).isEqualTo(links().getLast().bytes());
    world.assertAtRest();
  }

  @Test
  void anOwnTransactionThatComesLateHoldsNoEndUp() throws Exception {
    var waiting = twoThatNobodyLed();
    world.store.fate(StoreKeys.auditHead(waiting.getFirst()), Fate.LATE);

    assertThat(world.agent().recover().exit()).isEqualTo(ExitCode.OK);

    assertThat(links()).extracting(ChainLink::execution).containsExactlyElementsOf(waiting);
    world.assertAtRest();
  }

  @Test
  void anEndWithoutAnAnswerIsInTheChainOnce() throws Exception {
    var waiting = twoThatNobodyLed();
    world.store.fate(StoreKeys.auditHead(waiting.getFirst()), Fate.APPLIED_ANSWER_LOST);

    world.agent().recover();
    world.agent().recover();

    assertThat(links()).hasSize(2);
    world.assertAtRest();
  }

  @Test
  void aLostHeadIsFoundByTheLinks() throws Exception {
    world.run("apply");
    world.store.delete(StoreKeys.CHAIN_HEAD);
    world.run("set acme 700");
    world.store.put(StoreKeys.CHAIN_HEAD, "gone".getBytes(StandardCharsets.UTF_8));

    world.run("set acme 800");

    assertThat(links()).extracting(ChainLink::number).containsExactly(1L, 2L, 3L);
    assertThat(head()).isEqualTo(links().getLast());
  }

  /** As with logs that ended before there was a chain. */
  @Test
  void anEndThatIsNotInTheChainJoinsLater() throws Exception {
    world.run("apply");
    world.run("set acme 700");
    world.store.list("audit-chain").forEach(e -> world.store.delete(e.key()));
    assertThat(links()).isEmpty();

    world.agent().recover();

    assertThat(links()).hasSize(2);
    assertThat(head()).isEqualTo(links().getLast());
  }

  /** The same ends make the same links, which the bucket has. */
  @Test
  void aStoreThatWasRestoredIsJoinedByTheLogsThatItForgot() throws Exception {
    world.run("apply");
    var backup = world.store.list("");
    world.run("set acme 700");
    byte[] forgotten = object("audit-chain/000000000002.json");
    world.restore(backup);

    world.agent().acceptRegression(world.request("accept"));

    assertThat(links().get(1).bytes()).isEqualTo(forgotten);
    var reading = new ChainReader(world.ports());
    assertThat(reading.copied()).containsExactlyInAnyOrderElementsOf(reading.stored());
  }

  private void cutOnceCompleted(FakeStateStore store) {
    boolean completed =
        store.list(StoreKeys.CHANGES).stream()
            .map(e -> ChangeExecution.read(e.value()))
            .anyMatch(x -> x.epoch() == 2 && x.state() instanceof ChangeState.Completed);
    if (completed && !cut) {
      cut = true;
      world.objects.reachable(false);
    }
  }

  private List<String> twoThatNobodyLed() throws InterruptedException {
    world.store.stand("somebody else", Duration.ofSeconds(10));
    var waiting = new ArrayList<String>();
    waiting.add(world.run("apply").execution());
    waiting.add(world.run("apply").execution());
    world.store.expireLeases();
    return waiting;
  }

  private int records(RequestOutcome ended) {
    return world.journal.read(ended.execution()).size();
  }

  private List<ChainLink> links() {
    return world.store.list(StoreKeys.CHAIN).stream()
        .map(e -> ChainLink.read(e.value()).orElseThrow())
        .sorted(Comparator.comparingLong(ChainLink::number))
        .toList();
  }

  private ChainLink head() {
    return ChainLink.read(world.store.get(StoreKeys.CHAIN_HEAD).orElseThrow().value())
        .orElseThrow();
  }

  private byte[] object(String name) {
    assertThat(world.objects.names()).contains(name);
    return world.objects.read(name) instanceof ObjectStore.Get.Found(byte[] bytes)
        ? bytes
        : new byte[0];
  }
}
