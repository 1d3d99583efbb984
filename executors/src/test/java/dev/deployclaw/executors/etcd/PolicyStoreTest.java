package dev.deployclaw.executors.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.Kind;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.policy.wire.StoredSet;
import dev.deployclaw.testkit.Etcd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class PolicyStoreTest {
  private static final Fence FENCE = new Fence("a", 7);
  private static final PolicySet SET = SampleSets.of(50);

  @TempDir static Path folder;
  static Etcd etcd;

  private EtcdStateStore state;
  private PolicyStore store;

  @BeforeAll
  static void start() {
    etcd = Etcd.start(folder);
  }

  @AfterAll
  static void stop() {
    etcd.close();
  }

  @BeforeEach
  void open(TestInfo test) throws InterruptedException {
    state =
        new EtcdStateStore(
            new EtcdSettings(
                List.of(etcd.endpoint()),
                "/" + test.getDisplayName() + "/",
                Duration.ofSeconds(30),
                Optional.empty()));
    store = new PolicyStore(state);
    put("term", "7");
  }

  @AfterEach
  void close() {
    state.close();
  }

  private void put(String key, String value) throws InterruptedException {
    Write write = new Write.Put(key, value.getBytes(StandardCharsets.UTF_8));
    state.transact(new Transaction(List.of(), List.of(write)));
  }

  private void activate(long epoch, long predecessor, String digest) throws InterruptedException {
    put(
        "active",
        Canonical.text(
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

  private static Activation activation(long epoch, PolicySet set) {
    return Activations.of(set, epoch);
  }

  private Outcome run(Call call, Fence fence) throws InterruptedException {
    return store.execute(new Invocation("etcd", call, fence, Duration.ofSeconds(30)));
  }

  private Report report(Call call) throws InterruptedException {
    return ((Outcome.Done) run(call, FENCE)).reports().getFirst();
  }

  @Test
  void votesForWhatItStaged() throws InterruptedException {
    var activation = activation(1, SET);

    var staged = report(new Call.Stage(activation));
    var again = report(new Call.Stage(activation));
    var vote = report(new Call.Prepare(activation));

    assertThat(staged.answer()).isEqualTo(Report.Answer.YES);
    assertThat(again).isEqualTo(staged);
    assertThat(vote.answer()).isEqualTo(Report.Answer.YES);
    assertThat(vote.digest()).isEqualTo(SET.digest());
    assertThat(store.read(1)).contains(SET.bytes());
  }

  @Test
  void refusesAnotherSetForTheSameEpoch() throws InterruptedException {
    report(new Call.Stage(activation(1, SET)));

    var outcome = run(new Call.Stage(activation(1, SampleSets.of(51))), FENCE);

    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) outcome).fault()).isInstanceOf(Fault.Conflict.class);
  }

  @Test
  void refusesALowerTerm() throws InterruptedException {
    var outcome = run(new Call.Stage(activation(1, SET)), new Fence("b", 6));

    assertThat(((Outcome.Failed) outcome).fault()).isInstanceOf(Fault.Conflict.class);
    assertThat(state.list("policy/")).isEmpty();
  }

  @Test
  void votesNoForAlteredOrMissingBytes() throws InterruptedException {
    report(new Call.Stage(activation(1, SET)));
    report(new Call.Stage(activation(2, SET)));
    put(StoredSet.chunkKey(1, 0), "nonsense");

    assertThat(report(new Call.Prepare(activation(1, SET))).answer()).isEqualTo(Report.Answer.NO);
    assertThat(report(new Call.Prepare(activation(3, SET))).answer()).isEqualTo(Report.Answer.NO);
    assertThat(report(new Call.Prepare(activation(2, SampleSets.of(3)))).answer())
        .isEqualTo(Report.Answer.NO);
  }

  @Test
  void repairsAStageThatWasDamaged() throws InterruptedException {
    report(new Call.Stage(activation(1, SET)));
    put(StoredSet.chunkKey(1, 0), "nonsense");

    report(new Call.Stage(activation(1, SET)));

    assertThat(store.read(1)).contains(SET.bytes());
  }

  @Test
  void convergesOnWhatActiveSays() throws InterruptedException {
    var activation = activation(1, SET);
    report(new Call.Stage(activation));
    assertThat(report(new Call.Converge(activation)).answer()).isEqualTo(Report.Answer.NO);

    activate(1, 0, SET.digest());

    assertThat(report(new Call.Converge(activation)).answer()).isEqualTo(Report.Answer.YES);
    assertThat(report(new Call.Publish(activation)).answer()).isEqualTo(Report.Answer.YES);
  }

  @Test
  void observesTheActiveSet() throws InterruptedException {
    report(new Call.Stage(activation(1, SET)));
    activate(1, 0, SET.digest());

    var observed = report(new Call.Observe());

    assertThat(observed.digest()).isEqualTo(SET.digest());
    assertThat(observed.facts()).containsKeys("active", "epochs");
  }

  @Test
  void observesThatTheActiveSetIsGone() throws InterruptedException {
    activate(1, 0, SET.digest());

    var observed = report(new Call.Observe());

    assertThat(observed.answer()).isEqualTo(Report.Answer.NO);
    assertThat(observed.reason()).contains("epoch 1");
  }

  @Test
  void observesThatNothingWasEverActive() throws InterruptedException {
    var observed = report(new Call.Observe());

    assertThat(observed.answer()).isEqualTo(Report.Answer.YES);
    assertThat(observed.facts()).containsEntry("epochs", List.of());
  }

  @Test
  void discardsOnlyWhatNobodyNeeds() throws InterruptedException {
    for (long epoch = 1; epoch <= 3; epoch++) {
      report(new Call.Stage(activation(epoch, SET)));
    }
    activate(2, 1, SET.digest());

    assertThat(run(new Call.Discard(1), FENCE)).isInstanceOf(Outcome.Failed.class);
    assertThat(run(new Call.Discard(2), FENCE)).isInstanceOf(Outcome.Failed.class);
    assertThat(report(new Call.Discard(3)).answer()).isEqualTo(Report.Answer.YES);
    assertThat(report(new Call.Discard(3)).answer()).isEqualTo(Report.Answer.YES);

    assertThat(store.read(1)).isPresent();
    assertThat(store.read(2)).isPresent();
    assertThat(state.list("policy/3/")).isEmpty();
  }

  /** With thousands of changes, reading them all for each epoch would be slow. */
  @Test
  void findsTheChangeOfAnEpochByItsCheckpointAlone() throws InterruptedException {
    report(new Call.Stage(activation(5, SET)));
    var held = held();
    var marker = held.checkpoint().orElseThrow().marker(held);
    put(Keys.change("c5"), new String(held.bytes(), StandardCharsets.UTF_8));
    put(Keys.checkpoint(5), new String(marker, StandardCharsets.UTF_8));
    put(Keys.change("other"), "nobody reads this");

    var outcome = run(new Call.Discard(5), FENCE);

    assertThat(((Outcome.Failed) outcome).fault().reason()).contains("epoch 5 is needed by c5");
  }

  private static Execution held() {
    return new Execution(
        "c5",
        "c5",
        Kind.FORWARD,
        5,
        5,
        new Base(4, "d4", "c4", 30),
        SET.digest(),
        "plan",
        "olivia",
        Optional.empty(),
        Optional.of(new Checkpoint("checkpoints/ab.json", "ab", "cd", true)),
        Optional.empty(),
        5,
        new State.Held("why", 1, List.of()));
  }

  @Test
  void aCandidateIsNeeded() throws InterruptedException {
    for (long epoch = 1; epoch <= 2; epoch++) {
      report(new Call.Stage(activation(epoch, SET)));
    }
    var candidate = new Active.Candidate(2, SET.digest(), "c2", 500);
    var active = new Active(1, SET.digest(), "c1", 1, 0, 1, Optional.of(candidate));
    state.transact(new Transaction(List.of(), List.of(new Write.Put(Keys.ACTIVE, active.bytes()))));

    assertThat(run(new Call.Discard(2), FENCE)).isInstanceOf(Outcome.Failed.class);
    assertThat(report(new Call.Converge(activation(1, SET))).answer()).isEqualTo(Report.Answer.YES);
  }

  @Test
  void storesALargeSetInSeveralChunks() throws InterruptedException {
    var large = SampleSets.random(40_000);
    var activation = activation(1, large);

    var staged = report(new Call.Stage(activation));

    assertThat((Long) staged.facts().get("chunks")).isGreaterThan(1);
    assertThat(report(new Call.Prepare(activation)).digest()).isEqualTo(large.digest());
  }
}
