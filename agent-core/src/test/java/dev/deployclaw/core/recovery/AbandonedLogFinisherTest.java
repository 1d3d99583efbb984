package dev.deployclaw.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.fake.AgentKilledError;
import dev.deployclaw.core.fake.AgentWire;
import dev.deployclaw.core.fake.AgentWire.Moment;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.core.fake.FakeStateStore.Fate;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.log.LogClaims;
import dev.deployclaw.core.log.LogWriterRegistry;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Logs that have an end, and a state store that knows it. */
class AbandonedLogFinisherTest {
  private final FakeEstate world = new FakeEstate();
  private boolean cut;

  @Test
  void anEndThatTheStoreDidNotTakeIsAnchoredByTheNextStart() throws Exception {
    world.store.watch(this::cutOnceCompleted);
    var ended = world.run("apply");
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    world.store.reachable(true);
    world.store.expireLeases();
    assertThat(head(ended.execution())).isNotEqualTo(last(ended.execution()));

    var recovered = world.agent().recover();

    assertThat(recovered.finished()).isEmpty();
    assertAnchored(ended.execution());
  }

  @Test
  void aLogThatNobodyLedIsAnchoredToo() throws Exception {
    world.store.stand("somebody else", Duration.ofSeconds(10));
    var ended = world.run("apply");
    assertThat(ended.result()).isEqualTo(ExecutionStatus.ABORTED);
    assertThat(world.store.get(StoreKeys.auditHead(ended.execution()))).isEmpty();
    world.store.expireLeases();

    world.agent().recover();

    assertAnchored(ended.execution());
  }

  @Test
  void asManyAsThereAreAreAnchored() throws Exception {
    world.store.stand("somebody else", Duration.ofSeconds(10));
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < 3 * AbandonedLogFinisher.AT_ONCE; i++) {
      refused.add(world.run("apply").execution());
    }
    world.store.expireLeases();

    world.agent().recover();

    for (String execution : refused) {
      assertAnchored(execution);
    }
  }

  @Test
  void anAnchorWithoutAnAnswerIsSetByTheNextStart() throws Exception {
    world.store.stand("somebody else", Duration.ofSeconds(10));
    var ended = world.run("apply");
    world.store.expireLeases();
    world.store.fate(StoreKeys.auditHead(ended.execution()), Fate.LOST);

    assertThat(world.agent().recover().exit()).isEqualTo(ExitCode.OK);
    assertThat(world.store.get(StoreKeys.auditHead(ended.execution()))).isEmpty();
    world.agent().recover();

    assertAnchored(ended.execution());
  }

  @Test
  void aLogOfAnotherChainIsLeftAsItIs() throws Exception {
    world.store.stand("somebody else", Duration.ofSeconds(10));
    var ended = world.run("apply");
    world.store.expireLeases();
    byte[] other = "{\"hash\":\"ab\",\"seq\":1}".getBytes(StandardCharsets.UTF_8);
    world.store.put(StoreKeys.auditHead(ended.execution()), other);

    world.agent().recover();

    assertThat(head(ended.execution())).isEqualTo(new LogHead(1, "ab"));
  }

  @Test
  void aLogThatAnotherThreadStillWritesIsLeftToIt() throws Exception {
    var meanwhile = new AtomicReference<ChangeService>();
    var shared = new Once(world.store, StoreKeys.ACTIVE, () -> elsewhere(meanwhile.get()));
    var ports = world.ports(shared, world.objects, e -> e, world.journal, world.time);
    meanwhile.set(new ChangeService(ports, world.settings("worker"), ProgressListener.NONE));
    var front = new ChangeService(ports, world.settings("front"), ProgressListener.NONE);

    var frozen = front.freeze("olivia", "incident");

    assertThat(shared.ran).isTrue();
    assertThat(frozen.result()).isEqualTo(ExecutionStatus.COMPLETED);
    var records = world.journal.read(frozen.execution());
    assertThat(records.stream().filter(r -> ExecutionLog.ended(List.of(r)))).hasSize(1);
    assertThat(new String(records.getLast(), StandardCharsets.UTF_8)).contains("COMPLETED");
  }

  /** As the log of an acceptance, which waits for the lead. */
  @Test
  void aLogThatAnotherProcessStillWritesIsLeftToItWhileThatLives() throws Exception {
    var wire = AgentWire.cut(1 + callsOfARefusal(), Moment.BEFORE);
    world.store.stand("somebody else", Duration.ofSeconds(10));
    assertThatThrownBy(() -> world.agent(wire).run(world.request("apply")))
        .isInstanceOf(AgentKilledError.class);
    world.store.expireLeases();
    String execution = world.journal.executions().getFirst();
    world.journal.claimedElsewhere(execution);

    assertThat(world.agent().recover().finished()).isEmpty();
    assertThat(ExecutionLog.ended(world.journal.read(execution))).isFalse();
    world.journal.claimedElsewhere("");

    assertThat(world.agent().recover().finished())
        .singleElement()
        .extracting(RequestOutcome::execution)
        .isEqualTo(execution);
    assertAnchored(execution);
  }

  /** Without its last record. */
  private static int callsOfARefusal() throws InterruptedException {
    var world = new FakeEstate();
    var wire = AgentWire.whole();
    world.store.stand("somebody else", Duration.ofSeconds(10));
    world.agent(wire).run(world.request("apply"));
    return wire.calls().lastIndexOf("append");
  }

  @Test
  void aLogIsNobodysWhenItsThreadIsDeadOrWritesAnother() throws Exception {
    var writers = new LogWriterRegistry(LogClaims.NONE);
    onAnotherThread(() -> writers.begin("dead"));

    assertThat(writers.another("dead")).isFalse();

    writers.begin("one");
    writers.begin("two");
    var seen = new AtomicReference<List<Boolean>>();
    onAnotherThread(() -> seen.set(List.of(writers.another("one"), writers.another("two"))));

    assertThat(seen.get()).containsExactly(false, true);
  }

  private void cutOnceCompleted(FakeStateStore store) {
    boolean completed =
        store.list(StoreKeys.CHANGES).stream()
            .anyMatch(
                e -> ChangeExecution.read(e.value()).state() instanceof ChangeState.Completed);
    if (completed && !cut) {
      cut = true;
      store.reachable(false);
    }
  }

  private static void elsewhere(ChangeService architect) {
    onAnotherThread(() -> {
      try {
        architect.recover();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  private static void onAnotherThread(Runnable step) {
    try {
      Thread.ofVirtual().start(step).join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertAnchored(String execution) throws InterruptedException {
    assertThat(head(execution)).isEqualTo(last(execution));
    assertThat(world.store.list(StoreKeys.audits(execution)).getLast().value())
        .isEqualTo(world.journal.read(execution).getLast());
    world.assertAtRest();
  }

  private LogHead head(String execution) {
    return ExecutionLog.head(world.store.get(StoreKeys.auditHead(execution)).orElseThrow().value());
  }

  private LogHead last(String execution) {
    return ExecutionLog.head(world.journal.read(execution).getLast());
  }

  /** Does something when a key is read for the first time. */
  private static final class Once implements StateStore {
    private final StateStore inner;
    private final String key;
    private final Runnable act;
    private boolean ran;

    Once(StateStore inner, String key, Runnable act) {
      this.inner = inner;
      this.key = key;
      this.act = act;
    }

    @Override
    public Optional<Entry> get(String wanted) throws InterruptedException {
      if (wanted.equals(key) && !ran) {
        ran = true;
        act.run();
      }
      return inner.get(wanted);
    }

    @Override
    public List<Entry> list(String prefix) throws InterruptedException {
      return inner.list(prefix);
    }

    @Override
    public StateStore.Result transact(Transaction transaction) throws InterruptedException {
      return inner.transact(transaction);
    }

    @Override
    public Optional<Leadership> stand(String name, Duration lease) throws InterruptedException {
      return inner.stand(name, lease);
    }

    @Override
    public void close() {}
  }
}
