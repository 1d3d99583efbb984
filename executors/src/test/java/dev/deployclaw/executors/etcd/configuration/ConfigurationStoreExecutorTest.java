package dev.deployclaw.executors.etcd.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import dev.deployclaw.testkit.server.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationStoreExecutorTest {
  private static final FencingToken FENCE = new FencingToken("a", 7);
  private static final FencingToken OLDER = new FencingToken("b", 6);
  private static final PolicySet FIRST = SampleSets.of(300);
  private static final PolicySet SECOND = SampleSets.of(20);

  @TempDir static Path folder;
  @AutoClose static EtcdServer etcd;

  @AutoClose private EtcdStateStore services;
  private ConfigurationStoreExecutor stores;

  @BeforeAll
  static void start() {
    etcd = EtcdServer.start(folder);
  }

  @BeforeEach
  void open(TestInfo test) {
    services = at(etcd.endpoint(), "/" + test.getDisplayName() + "/");
    stores = new ConfigurationStoreExecutor(Map.of("limits", services));
  }

  @Test
  void stagesWhereNobodyReads() throws InterruptedException {
    var staged = report(new ExecutorCall.Stage(activation(1, FIRST)));

    assertThat(staged.answer()).isEqualTo(Answer.YES);
    assertThat(staged.member()).isEqualTo("configuration/limits");
    assertThat(services.get("active")).isEmpty();
    assertThat(report(new ExecutorCall.Prepare(activation(1, FIRST))).digest())
        .isEqualTo(FIRST.digest());
  }

  @Test
  void switchesServicesFromOneWholeEpochToTheNext() throws InterruptedException {
    carryOut(activation(1, FIRST));

    carryOut(activation(2, SECOND));

    assertThat(read("active")).isEqualTo("{\"digest\":\"" + SECOND.digest() + "\",\"epoch\":2}");
    String tenant = SECOND.tenants().firstKey();
    assertThat(read("epochs/2/tenants/" + tenant))
        .isEqualTo(PolicyYamlWriter.yaml(SECOND.tenant(tenant).orElseThrow()));
    assertThat(services.list("epochs/2/tenants/")).hasSize(20);
    assertThat(report(new ExecutorCall.Converge(activation(2, SECOND))).answer())
        .isEqualTo(Answer.YES);
    assertThat(report(new ExecutorCall.Converge(activation(1, FIRST))).answer())
        .isEqualTo(Answer.NO);
  }

  @Test
  void repeatsAStageThatStoppedHalfWay() throws InterruptedException {
    report(new ExecutorCall.Stage(activation(1, FIRST)));
    services.transact(new Transaction(List.of(), List.of(new Write.Delete("epochs/1/manifest"))));
    put("epochs/1/tenants/nobody", "left by a stage that died");

    report(new ExecutorCall.Stage(activation(1, FIRST)));

    assertThat(report(new ExecutorCall.Prepare(activation(1, FIRST))).answer())
        .isEqualTo(Answer.YES);
    assertThat(services.list("epochs/1/tenants/")).hasSize(300);
  }

  @Test
  void votesNoOnADocumentThatSomebodyChanged() throws InterruptedException {
    report(new ExecutorCall.Stage(activation(1, FIRST)));
    put("epochs/1/tenants/" + FIRST.tenants().firstKey(), "limits: none");

    var vote = report(new ExecutorCall.Prepare(activation(1, FIRST)));

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).contains("epoch 1 differs");
  }

  @Test
  void tellsTheMarksOfWhoWasThereLast() throws InterruptedException {
    assertThat(report(new ExecutorCall.Look("marks", Map.of())).facts()).containsEntry("epoch", 0L);

    carryOut(activation(2, FIRST));

    assertThat(report(new ExecutorCall.Look("marks", Map.of())).facts())
        .containsEntry("epoch", 2L)
        .containsEntry("term", FENCE.term());
  }

  @Test
  void noticesThatWhatIsServedWasChanged() throws InterruptedException {
    carryOut(activation(1, FIRST));
    assertThat(report(new ExecutorCall.Observe()).digest()).isEqualTo(FIRST.digest());

    put("epochs/1/tenants/" + FIRST.tenants().firstKey(), "limits: none");

    var observed = report(new ExecutorCall.Observe());
    assertThat(observed.answer()).isEqualTo(Answer.NO);
    assertThat(observed.facts().toString()).as("what a repair keeps").contains("limits: none");
    assertThat(report(new ExecutorCall.Look("scan", Map.of())).facts().toString())
        .doesNotContain("limits: none");
    assertThat(report(new ExecutorCall.Converge(activation(1, FIRST))).answer())
        .isEqualTo(Answer.NO);
  }

  @Test
  void noticesADocumentThatWasChangedWithItsManifest() throws InterruptedException {
    carryOut(activation(1, FIRST));
    String tenant = FIRST.tenants().firstKey();
    var forged = new TreeMap<>(EpochDocuments.read(services, 1).documents());
    forged.put(tenant, "limits: none".getBytes(StandardCharsets.UTF_8));

    put("epochs/1/tenants/" + tenant, "limits: none");
    put("epochs/1/manifest", EpochDocuments.manifest(FIRST.digest(), forged));

    assertThat(report(new ExecutorCall.Look("scan", Map.of())).answer())
        .as("it agrees with itself")
        .isEqualTo(Answer.YES);
    assertThat(report(new ExecutorCall.Converge(activation(1, FIRST))).answer())
        .isEqualTo(Answer.NO);
  }

  @Test
  void writesOverAManifestThatSomebodyChangedAndNotOverAnotherSet() throws InterruptedException {
    carryOut(activation(1, FIRST));
    var documents = EpochDocuments.read(services, 1).documents();

    for (String by : List.of("no manifest", "{\"digest\":\"%s\"}".formatted(FIRST.digest()))) {
      put("epochs/1/manifest", by);
      assertThat(report(new ExecutorCall.Stage(activation(1, FIRST))).answer())
          .isEqualTo(Answer.YES);
      assertThat(report(new ExecutorCall.Converge(activation(1, FIRST))).answer())
          .isEqualTo(Answer.YES);
    }
    put("epochs/1/manifest", EpochDocuments.manifest(SECOND.digest(), documents));

    var refused = report(new ExecutorCall.Stage(activation(1, FIRST)));
    assertThat(refused.answer()).isEqualTo(Answer.NO);
    assertThat(refused.reason()).isEqualTo("epoch 1 holds another policy set");
  }

  @Test
  void namesKeysThatAreNotOurs() throws InterruptedException {
    carryOut(activation(1, FIRST));
    assertThat(report(new ExecutorCall.Look("scan", Map.of())).facts())
        .doesNotContainKey("foreign");

    put("notes", "mine");
    put("epochs/1/tenants/a/b", "x");

    assertThat(report(new ExecutorCall.Look("scan", Map.of())).facts())
        .containsEntry("foreign", List.of("epochs/1/tenants/a/b", "notes"));
  }

  @Test
  void refusesAnAgentThatLostTheLead() throws InterruptedException {
    carryOut(activation(2, FIRST));

    var staged = report(new ExecutorCall.Stage(activation(3, SECOND)), OLDER);
    var published = report(new ExecutorCall.Publish(activation(3, SECOND)), OLDER);
    var removed = report(new ExecutorCall.Discard(1), OLDER);

    assertThat(staged.answer()).isEqualTo(Answer.NO);
    assertThat(staged.reason()).isEqualTo("an agent of term 7 has already written here");
    assertThat(published.answer()).isEqualTo(Answer.NO);
    assertThat(removed.answer()).isEqualTo(Answer.YES);
    assertThat(services.list("epochs/3/")).isEmpty();
  }

  @Test
  void neverGoesBackToALowerEpoch() throws InterruptedException {
    report(new ExecutorCall.Stage(activation(1, FIRST)));
    carryOut(activation(2, SECOND));

    var published = report(new ExecutorCall.Publish(activation(1, FIRST)));

    assertThat(published.answer()).isEqualTo(Answer.NO);
    assertThat(published.reason()).contains("epoch 2 is active there already");
  }

  @Test
  void goesBackToWhatWasThereBeforeTheFirstChange() throws InterruptedException {
    put("active", "written by hand");
    var before = report(new ExecutorCall.Observe());
    carryOut(activation(1, FIRST));

    var back = restoring(2, before);
    var published = report(new ExecutorCall.Publish(back));
    var converged = report(new ExecutorCall.Converge(back));

    assertThat(published.answer()).isEqualTo(Answer.YES);
    assertThat(converged.answer()).isEqualTo(Answer.YES);
    assertThat(read("active")).isEqualTo("written by hand");
  }

  @Test
  void goesBackToNothingWhereNothingWas() throws InterruptedException {
    var before = report(new ExecutorCall.Observe());
    carryOut(activation(1, FIRST));

    report(new ExecutorCall.Publish(restoring(2, before)));

    assertThat(services.get("active")).isEmpty();
  }

  @Test
  void keepsWhatTheObservationDoesNotKnow() throws InterruptedException {
    put("active", "written by hand");
    var back = Activations.restoring("configuration", List.of(), 2);

    var published = report(new ExecutorCall.Publish(back));
    var converged = report(new ExecutorCall.Converge(back));

    assertThat(published.answer()).isEqualTo(Answer.SKIPPED);
    assertThat(published.reason()).isEqualTo("was added after that epoch, and keeps what it has");
    assertThat(converged.answer()).isEqualTo(Answer.SKIPPED);
    assertThat(read("active")).isEqualTo("written by hand");
  }

  @Test
  void keepsWhatItHasWhereItsParticipantWasSilent() throws InterruptedException {
    put("active", "written by hand");
    var silent = ObservedState.unseen("configuration", "etcd is away");
    var observed = new ObservedState(new TreeMap<>(Map.of("configuration", List.of(silent))));

    var published = report(new ExecutorCall.Publish(Activations.restoring(observed, 2)));

    assertThat(published.reason())
        .isEqualTo("didn't report its previous content (etcd is away), and keeps what it has");
    assertThat(read("active")).isEqualTo("written by hand");
  }

  @Test
  void keepsTheActiveEpochAndRemovesAnother() throws InterruptedException {
    report(new ExecutorCall.Stage(activation(1, FIRST)));
    carryOut(activation(2, SECOND));

    assertThat(report(new ExecutorCall.Discard(2)).answer()).isEqualTo(Answer.NO);
    assertThat(report(new ExecutorCall.Discard(1)).answer()).isEqualTo(Answer.YES);
    assertThat(services.list("epochs/1/")).isEmpty();
    assertThat(services.list("epochs/2/")).hasSize(21);
  }

  @Test
  void saysUnknownOfAStoreThatDoesNotAnswer() throws InterruptedException {
    try (var away = at("http://127.0.0.1:1", "/nowhere/")) {
      var both = new ConfigurationStoreExecutor(Map.of("limits", services, "away", away));

      var outcome = both.execute(invocation(new ExecutorCall.Observe(), FENCE));

      assertThat(((CallOutcome.Done) outcome).reports())
          .extracting(MemberReport::answer)
          .containsExactly(Answer.UNKNOWN, Answer.YES);
    }
  }

  @Test
  void asksAllStoresAtOnce() throws InterruptedException {
    var all = new CyclicBarrier(2);
    var both =
        new ConfigurationStoreExecutor(
            Map.of("a", new BarrierStore(services, all), "b", new BarrierStore(services, all)));

    var outcome = both.execute(invocation(new ExecutorCall.Look("marks", Map.of()), FENCE));

    assertThat(((CallOutcome.Done) outcome).reports())
        .extracting(MemberReport::answer)
        .containsExactly(Answer.YES, Answer.YES);
  }

  @Test
  void saysThatNoneIsConfigured() throws InterruptedException {
    var none = new ConfigurationStoreExecutor(Map.of());

    var outcome = none.execute(invocation(new ExecutorCall.Look("scan", Map.of()), FENCE));

    assertThat(((CallOutcome.Done) outcome).reports())
        .containsExactly(
            MemberReport.skipped("configuration", "no configuration store is configured"));
  }

  private void carryOut(EpochSpec activation) throws InterruptedException {
    report(new ExecutorCall.Stage(activation));
    assertThat(report(new ExecutorCall.Prepare(activation)).answer()).isEqualTo(Answer.YES);
    assertThat(report(new ExecutorCall.Publish(activation)).answer()).isEqualTo(Answer.YES);
  }

  private MemberReport report(ExecutorCall call) throws InterruptedException {
    return report(call, FENCE);
  }

  private MemberReport report(ExecutorCall call, FencingToken fence) throws InterruptedException {
    return ((CallOutcome.Done) stores.execute(invocation(call, fence))).reports().getFirst();
  }

  private static Invocation invocation(ExecutorCall call, FencingToken fence) {
    return new Invocation("configuration", call, fence, Duration.ofSeconds(30));
  }

  private static EpochSpec activation(long epoch, PolicySet set) {
    return Activations.of(set, epoch);
  }

  private static EpochSpec restoring(long epoch, MemberReport before) {
    return Activations.restoring("configuration", List.of(before), epoch);
  }

  private void put(String key, String value) throws InterruptedException {
    put(key, value.getBytes(StandardCharsets.UTF_8));
  }

  private void put(String key, byte[] value) throws InterruptedException {
    Write write = new Write.Put(key, value);
    services.transact(new Transaction(List.of(), List.of(write)));
  }

  private String read(String key) throws InterruptedException {
    return services
        .get(key)
        .map(Entry::value)
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .orElse("");
  }

  private static EtcdStateStore at(String endpoint, String prefix) {
    return new EtcdStateStore(
        new EtcdSettings(
            List.of(endpoint),
            prefix,
            Duration.ofSeconds(10),
            Optional.empty(),
            TlsSettings.DEFAULT));
  }
}
