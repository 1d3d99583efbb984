package dev.deployclaw.executors.etcd.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.machine.RolloutPlan;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.wire.StoredPolicySet;
import dev.deployclaw.testkit.server.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class PolicyStoreExecutorTest {
  private static final FencingToken FENCE = new FencingToken("a", 7);
  private static final PolicySet SET = SampleSets.of(50);

  @TempDir static Path folder;
  @AutoClose static EtcdServer etcd;

  @AutoClose private EtcdStateStore state;
  private PolicyStoreExecutor store;

  @BeforeAll
  static void start() {
    etcd = EtcdServer.start(folder);
  }

  @BeforeEach
  void open(TestInfo test) throws InterruptedException {
    state =
        new EtcdStateStore(
            new EtcdSettings(
                List.of(etcd.endpoint()),
                "/" + test.getDisplayName() + "/",
                Duration.ofSeconds(30),
                Optional.empty(),
                TlsSettings.DEFAULT));
    store = new PolicyStoreExecutor(state);
    put("term", "7");
  }

  private void put(String key, String value) throws InterruptedException {
    Write write = new Write.Put(key, value.getBytes(StandardCharsets.UTF_8));
    state.transact(new Transaction(List.of(), List.of(write)));
  }

  private void activate(long epoch, long predecessor, String digest) throws InterruptedException {
    put(
        "active",
        CanonicalJson.text(
            Map.of(
                "epoch",
                epoch,
                "digest",
                digest,
                "change",
                "c",
                "term",
                7L,
                "predecessor",
                predecessor)));
  }

  private static EpochSpec activation(long epoch, PolicySet set) {
    return Activations.of(set, epoch);
  }

  private CallOutcome run(ExecutorCall call, FencingToken fence) throws InterruptedException {
    return store.execute(new Invocation("etcd", call, fence, Duration.ofSeconds(30)));
  }

  private MemberReport report(ExecutorCall call) throws InterruptedException {
    return ((CallOutcome.Done) run(call, FENCE)).reports().getFirst();
  }

  @Test
  void votesForWhatItStaged() throws InterruptedException {
    var activation = activation(1, SET);

    var staged = report(new ExecutorCall.Stage(activation));
    var again = report(new ExecutorCall.Stage(activation));
    var vote = report(new ExecutorCall.Prepare(activation));

    assertThat(staged.answer()).isEqualTo(MemberReport.Answer.YES);
    assertThat(again).isEqualTo(staged);
    assertThat(vote.answer()).isEqualTo(MemberReport.Answer.YES);
    assertThat(vote.digest()).isEqualTo(SET.digest());
    assertThat(store.read(1)).contains(SET.bytes());
  }

  @Test
  void refusesAnotherSetForTheSameEpoch() throws InterruptedException {
    report(new ExecutorCall.Stage(activation(1, SET)));

    var outcome = run(new ExecutorCall.Stage(activation(1, SampleSets.of(51))), FENCE);

    assertThat(outcome).isInstanceOf(CallOutcome.Failed.class);
    assertThat(((CallOutcome.Failed) outcome).fault()).isInstanceOf(CallFault.Conflict.class);
  }

  @Test
  void refusesALowerTerm() throws InterruptedException {
    var outcome = run(new ExecutorCall.Stage(activation(1, SET)), new FencingToken("b", 6));

    assertThat(((CallOutcome.Failed) outcome).fault()).isInstanceOf(CallFault.Conflict.class);
    assertThat(state.list("policy/")).isEmpty();
  }

  @Test
  void votesNoForAlteredOrMissingBytes() throws InterruptedException {
    report(new ExecutorCall.Stage(activation(1, SET)));
    report(new ExecutorCall.Stage(activation(2, SET)));
    put(StoredPolicySet.chunkKey(1, 0), "nonsense");

    assertThat(report(new ExecutorCall.Prepare(activation(1, SET))).answer())
        .isEqualTo(MemberReport.Answer.NO);
    assertThat(report(new ExecutorCall.Prepare(activation(3, SET))).answer())
        .isEqualTo(MemberReport.Answer.NO);
    assertThat(report(new ExecutorCall.Prepare(activation(2, SampleSets.of(3)))).answer())
        .isEqualTo(MemberReport.Answer.NO);
  }

  @Test
  void repairsAStageThatWasDamaged() throws InterruptedException {
    report(new ExecutorCall.Stage(activation(1, SET)));
    put(StoredPolicySet.chunkKey(1, 0), "nonsense");

    report(new ExecutorCall.Stage(activation(1, SET)));

    assertThat(store.read(1)).contains(SET.bytes());
  }

  @Test
  void convergesOnWhatActiveSays() throws InterruptedException {
    var activation = activation(1, SET);
    report(new ExecutorCall.Stage(activation));
    assertThat(report(new ExecutorCall.Converge(activation)).answer())
        .isEqualTo(MemberReport.Answer.NO);

    activate(1, 0, SET.digest());

    assertThat(report(new ExecutorCall.Converge(activation)).answer())
        .isEqualTo(MemberReport.Answer.YES);
    assertThat(report(new ExecutorCall.Publish(activation)).answer())
        .isEqualTo(MemberReport.Answer.YES);
  }

  @Test
  void observesTheActiveSet() throws InterruptedException {
    report(new ExecutorCall.Stage(activation(1, SET)));
    activate(1, 0, SET.digest());

    var observed = report(new ExecutorCall.Observe());

    assertThat(observed.digest()).isEqualTo(SET.digest());
    assertThat(observed.facts()).containsKeys("active", "epochs");
  }

  @Test
  void observesThatTheActiveSetIsGone() throws InterruptedException {
    activate(1, 0, SET.digest());

    var observed = report(new ExecutorCall.Observe());

    assertThat(observed.answer()).isEqualTo(MemberReport.Answer.NO);
    assertThat(observed.reason()).contains("epoch 1");
  }

  @Test
  void observesThatNothingWasEverActive() throws InterruptedException {
    var observed = report(new ExecutorCall.Observe());

    assertThat(observed.answer()).isEqualTo(MemberReport.Answer.YES);
    assertThat(observed.facts()).containsEntry("epochs", List.of());
  }

  @Test
  void discardsOnlyWhatNobodyNeeds() throws InterruptedException {
    for (long epoch = 1; epoch <= 3; epoch++) {
      report(new ExecutorCall.Stage(activation(epoch, SET)));
    }
    activate(2, 1, SET.digest());

    assertThat(run(new ExecutorCall.Discard(1), FENCE)).isInstanceOf(CallOutcome.Failed.class);
    assertThat(run(new ExecutorCall.Discard(2), FENCE)).isInstanceOf(CallOutcome.Failed.class);
    assertThat(report(new ExecutorCall.Discard(3)).answer()).isEqualTo(MemberReport.Answer.YES);
    assertThat(report(new ExecutorCall.Discard(3)).answer()).isEqualTo(MemberReport.Answer.YES);

    assertThat(store.read(1)).isPresent();
    assertThat(store.read(2)).isPresent();
    assertThat(state.list("policy/3/")).isEmpty();
  }

  /** With thousands of changes, reading them all for each epoch would be slow. */
  @Test
  void findsTheChangeOfAnEpochByItsCheckpointAlone() throws InterruptedException {
    report(new ExecutorCall.Stage(activation(5, SET)));
    var held = held();
    var marker = held.checkpoint().orElseThrow().marker(held);
    put(StoreKeys.change("c5"), new String(held.bytes(), StandardCharsets.UTF_8));
    put(StoreKeys.checkpoint(5), new String(marker, StandardCharsets.UTF_8));
    put(StoreKeys.change("other"), "nobody reads this");

    var outcome = run(new ExecutorCall.Discard(5), FENCE);

    assertThat(((CallOutcome.Failed) outcome).fault().reason()).contains("epoch 5 is needed by c5");
  }

  private static ChangeExecution held() {
    return new ChangeExecution(
        "c5",
        "c5",
        ChangeKind.FORWARD,
        5,
        5,
        new BaseEpoch(4, "d4", "c4", 30, 0, 0),
        SET.digest(),
        "plan",
        "olivia",
        Optional.empty(),
        RolloutPlan.AT_ONCE,
        Optional.empty(),
        Optional.of(new Checkpoint("checkpoints/ab.json", "ab", "cd", true)),
        Optional.empty(),
        Optional.empty(),
        5,
        new ChangeState.Held("why", 1, List.of()));
  }

  @Test
  void aCandidateIsNeeded() throws InterruptedException {
    for (long epoch = 1; epoch <= 2; epoch++) {
      report(new ExecutorCall.Stage(activation(epoch, SET)));
    }
    var candidate = new CommittedEpoch.Candidate(2, SET.digest(), "c2", 500);
    var active = new CommittedEpoch(1, SET.digest(), "c1", 1, 0, 1, Optional.of(candidate));
    state.transact(
        new Transaction(List.of(), List.of(new Write.Put(StoreKeys.ACTIVE, active.bytes()))));

    assertThat(run(new ExecutorCall.Discard(2), FENCE)).isInstanceOf(CallOutcome.Failed.class);
    assertThat(report(new ExecutorCall.Converge(activation(1, SET))).answer())
        .isEqualTo(MemberReport.Answer.YES);
  }

  @Test
  void storesALargeSetInSeveralChunks() throws InterruptedException {
    var large = SampleSets.random(40_000);
    var activation = activation(1, large);

    var staged = report(new ExecutorCall.Stage(activation));

    assertThat((Long) staged.facts().get("chunks")).isGreaterThan(1);
    assertThat(report(new ExecutorCall.Prepare(activation)).digest()).isEqualTo(large.digest());
  }
}
