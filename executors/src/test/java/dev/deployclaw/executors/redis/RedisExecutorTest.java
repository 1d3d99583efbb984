package dev.deployclaw.executors.redis;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static dev.deployclaw.executors.redis.ClusterFixture.fact;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisExecutorTest {
  private static final String TENANT = "t-00003";
  private static final String KEY = RedisKeyLayout.policyKey(TENANT, TENANT);

  @TempDir static Path folder;
  @AutoClose static ClusterFixture redis;

  @BeforeAll
  static void start() {
    redis = ClusterFixture.start(folder);
  }

  @BeforeEach
  void empty() throws InterruptedException {
    for (HostPort primary : redis.cluster.primaries()) {
      redis.command(primary, "FLUSHALL");
      redis.command(primary, "FUNCTION FLUSH");
    }
  }

  private static void allSay(MemberReport.Answer answer, List<MemberReport> reports, int nodes) {
    assertThat(reports).hasSize(nodes).allSatisfy(r -> assertThat(r.answer()).isEqualTo(answer));
  }

  @Test
  void tellsWhoTheNodesAre() throws InterruptedException {
    var wanted = new TreeMap<String, Object>();
    for (var node : redis.cluster.nodes()) {
      wanted.put(redis.cluster.node(node).call("CLUSTER", "MYID"), node.toString());
    }

    var told = (CallOutcome.Done) redis.run(new ExecutorCall.Look("identity", Map.of()), 1);

    assertThat(told.facts()).isEqualTo(Map.of("nodes", wanted));
  }

  @Test
  void tellsAServerOutsideOfAClusterByItsRun() throws InterruptedException {
    try (var alone = RedisNode.start(folder.resolve("alone"));
        var executor =
            new RedisExecutor(
                RedisSettings.of(List.of(alone.address().toString())), () -> FenceMark.NOBODY)) {
      var look =
          new Invocation(
              "redis",
              new ExecutorCall.Look("identity", Map.of()),
              FencingToken.NONE,
              Duration.ofMinutes(1));

      var told = (CallOutcome.Done) executor.execute(look);

      assertThat(told.facts().get("nodes"))
          .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
          .containsValue(alone.address().toString())
          .allSatisfy((id, _) -> assertThat(id).matches("[0-9a-f]{40}"));
      assertThat(alone.call("INFO", "server")).contains("run_id:");
    }
  }

  @Test
  void stagesVotesPublishesAndConverges() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));

    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Stage(activation)), 3);
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Stage(activation)), 3);
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Prepare(activation)), 6);
    allSay(MemberReport.Answer.NO, redis.reports(new ExecutorCall.Converge(activation)), 6);
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Publish(activation)), 3);
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Publish(activation)), 3);

    var converged = redis.reports(new ExecutorCall.Converge(activation));
    allSay(MemberReport.Answer.YES, converged, 6);
    assertThat(converged).allMatch(r -> r.digest().equals(activation.digest()));
    assertThat(converged).extracting(MemberReport::member).doesNotHaveDuplicates();
  }

  @Test
  void tellsWhichCountersThereAre() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new ExecutorCall.Stage(activation));
    String other = RedisKeyLayout.policyKey("t-00007", "t-00007");
    String gone = RedisKeyLayout.probeKey(TENANT, "heartbeat-1", "c");
    var look = new ExecutorCall.Look("counters", Map.of("keys", List.of(KEY, gone, other)));

    var reports = redis.reports(look);

    allSay(MemberReport.Answer.YES, reports, 3);
    assertThat(named(reports, "present")).containsExactlyInAnyOrder(KEY, other);
    assertThat(named(reports, "absent")).containsExactly(gone);
  }

  private static List<String> named(List<MemberReport> reports, String name) {
    var out = new ArrayList<String>();
    for (var report : reports) {
      for (var key : fact(report, name, List.class)) {
        out.add(String.valueOf(key));
      }
    }
    return out;
  }

  @Test
  void stagesTwoThousandTenantsBesideAnotherEpoch() throws InterruptedException {
    redis.reports(new ExecutorCall.Stage(activation(1, SampleSets.of(2_000))));
    var second = activation(2, SampleSets.of(2_000, 330));

    var staged = redis.reports(new ExecutorCall.Stage(second));

    assertThat(staged.stream().mapToLong(r -> fact(r, "tenants", Long.class)).sum())
        .isEqualTo(2_000);
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Prepare(second)), 6);
  }

  @Test
  void namesTheTenantAndLimitThatDiffers() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new ExecutorCall.Stage(activation));
    redis.command(redis.home(TENANT), "HSET", KEY, "1:search", "tb 3 60000000 50 1 enforce");

    var votes = redis.reports(new ExecutorCall.Prepare(activation));

    assertThat(votes).filteredOn(v -> v.answer() == MemberReport.Answer.YES).hasSize(4);
    assertThat(votes)
        .filteredOn(v -> v.answer() == MemberReport.Answer.NO)
        .hasSize(2)
        .allSatisfy(v -> assertThat(v.reason()).contains(TENANT, "limit search", "tb 3 "))
        .allSatisfy(v -> assertThat(v.facts()).containsEntry("tenants", List.of(TENANT)));
  }

  @Test
  void acceptsTheFieldsOfALargeHashInAnyOrder() throws InterruptedException {
    var activation = activation(1, SampleSets.ofOneTenant("big", 1_000));
    redis.reports(new ExecutorCall.Stage(activation));
    assertThat(
            redis.command(
                redis.home("big"), "OBJECT", "ENCODING", RedisKeyLayout.policyKey("big", "big")))
        .isEqualTo("hashtable");

    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Prepare(activation)), 6);
  }

  @Test
  void seesAFieldTooMuch() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new ExecutorCall.Stage(activation));
    redis.command(redis.home(TENANT), "HSET", KEY, "1:more", "tb 3 60000000 50 1 enforce");

    assertThat(redis.reports(new ExecutorCall.Prepare(activation)))
        .filteredOn(v -> v.answer() == MemberReport.Answer.NO)
        .hasSize(2)
        .allSatisfy(v -> assertThat(v.reason()).contains(TENANT, "limit more", "not in the set"));
  }

  @Test
  void publishesWhatWasLostOrAlteredAnew() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new ExecutorCall.Stage(activation));
    HostPort home = redis.home(TENANT);
    redis.command(home, "DEL", KEY);
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Publish(activation)), 3);
    assertThat(redis.command(home, "HGET", KEY, "1:search")).asString().startsWith("tb 300 ");

    redis.command(home, "HSET", KEY, "1:search", "tb 3 60000000 50 1 enforce");
    redis.command(home, "HSET", KEY, "1:more", "tb 3 60000000 50 1 enforce");
    redis.command(home, "HSET", KEY, "9:other", "of another epoch");
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Publish(activation)), 3);

    assertThat(redis.command(home, "HGET", KEY, "1:search")).asString().startsWith("tb 300 ");
    assertThat(redis.command(home, "HEXISTS", KEY, "1:more")).isEqualTo("0");
    assertThat(redis.command(home, "HEXISTS", KEY, "9:other")).isEqualTo("1");
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Prepare(activation)), 6);
  }

  @Test
  void seesALibraryOfOurConstantsAndOtherCode() throws InterruptedException {
    var activation = activation(1, SampleSets.of(5));
    redis.reports(new ExecutorCall.Stage(activation));
    redis.reports(new ExecutorCall.Publish(activation));
    HostPort home = redis.home(TENANT);
    String ours = FunctionLibrary.source(1, 1, activation.digest(), 0);
    redis.command(home, "FUNCTION LOAD", "REPLACE", ours + "-- admits everybody\n");

    var scanned = redis.look("scan");
    var converged = redis.reports(new ExecutorCall.Converge(activation));

    for (var reports : List.of(scanned, converged)) {
      assertThat(reports)
          .filteredOn(r -> r.answer() == MemberReport.Answer.NO)
          .isNotEmpty()
          .allSatisfy(r -> assertThat(r.reason()).contains("its function library differs from"));
    }
    redis.reports(new ExecutorCall.Publish(activation));
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Converge(activation)), 6);
    allSay(MemberReport.Answer.YES, redis.look("scan"), 6);
  }

  @Test
  void tellsTheCodeOfAnotherVersionAndLoadsItsOwnUnderTheSameEpoch() throws InterruptedException {
    var activation = activation(1, SampleSets.of(5));
    redis.reports(new ExecutorCall.Stage(activation));
    redis.reports(new ExecutorCall.Publish(activation));
    HostPort home = redis.home(TENANT);
    String ours = FunctionLibrary.source(1, 1, activation.digest(), 0);
    String older =
        ours.substring(0, ours.lastIndexOf("-- sealed "))
            .replace("callback=status", "callback = status");
    String seal = CanonicalJson.sha256(older.getBytes(StandardCharsets.UTF_8));
    redis.command(home, "FUNCTION LOAD", "REPLACE", older + "-- sealed " + seal + "\n");

    assertThat(redis.look("scan"))
        .filteredOn(r -> r.answer() == MemberReport.Answer.NO)
        .isNotEmpty()
        .allSatisfy(r -> assertThat(r.reason()).contains("at the same epoch", "drift --repair"));
    assertThat(redis.fault(new ExecutorCall.Publish(activation), 0))
        .isInstanceOf(CallFault.Conflict.class);
    redis.reports(new ExecutorCall.Publish(activation));
    allSay(MemberReport.Answer.YES, redis.look("scan"), 6);
  }

  @Test
  void takesAwayRulesOfItsEpochThatNoTenantOfTheSetHas() throws InterruptedException {
    var activation = activation(1, SampleSets.of(5));
    String stranger = RedisKeyLayout.policyKey(TENANT, "nobody");
    redis.reports(new ExecutorCall.Stage(activation));
    redis.reports(new ExecutorCall.Publish(activation));
    HostPort home = redis.home(TENANT);
    redis.command(home, "HSET", stranger, "1:#", "x", "9:#", "of another epoch", "mine", "y");

    redis.reports(new ExecutorCall.Stage(activation));

    assertThat(redis.command(home, "HEXISTS", stranger, "1:#")).isEqualTo("0");
    assertThat(redis.command(home, "HEXISTS", stranger, "9:#")).isEqualTo("1");
    assertThat(redis.command(home, "HEXISTS", stranger, "mine")).isEqualTo("1");
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Prepare(activation)), 6);
  }

  @Test
  void rollsBackToWhatWasThereBeforeAnyPolicy() throws InterruptedException {
    var first = activation(1, SampleSets.of(60));
    redis.reports(new ExecutorCall.Stage(first));
    redis.reports(new ExecutorCall.Publish(first));
    var found = new ObservedState(new TreeMap<>());
    var back =
        new EpochSpec(
            "x",
            2,
            PolicySet.EMPTY.digest(),
            PolicySet.EMPTY,
            1,
            Optional.of(first.set()),
            Optional.of(found));

    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Stage(back)), 3);
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Prepare(back)), 6);
    var published = (CallOutcome.Done) redis.run(new ExecutorCall.Publish(back), 1);

    assertThat(published.facts()).containsEntry("unmanaged", true);
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Converge(back)), 6);
  }

  @Test
  void refusesALowerTermAndALowerEpoch() throws InterruptedException {
    var second = activation(2, SampleSets.of(5));
    redis.run(new ExecutorCall.Stage(second), 4);
    redis.run(new ExecutorCall.Publish(second), 4);

    var first = activation(1, SampleSets.of(5));
    assertThat(redis.fault(new ExecutorCall.Stage(second), 3))
        .isInstanceOf(CallFault.Conflict.class);
    assertThat(redis.fault(new ExecutorCall.Publish(second), 3))
        .isInstanceOf(CallFault.Conflict.class);
    assertThat(redis.fault(new ExecutorCall.Prepare(second), 3))
        .isInstanceOf(CallFault.Conflict.class);
    assertThat(redis.fault(new ExecutorCall.Discard(9), 3)).isInstanceOf(CallFault.Conflict.class);
    assertThat(redis.fault(new ExecutorCall.Publish(first), 4))
        .isInstanceOf(CallFault.Conflict.class);
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Converge(second)), 6);
  }

  @Test
  void discardsWhatNobodyActsOn() throws InterruptedException {
    for (long epoch = 1; epoch <= 3; epoch++) {
      redis.reports(new ExecutorCall.Stage(activation(epoch, SampleSets.of(20))));
    }
    redis.reports(new ExecutorCall.Publish(activation(2, SampleSets.of(20))));

    assertThat(redis.fault(new ExecutorCall.Discard(2), 1)).isInstanceOf(CallFault.Conflict.class);
    assertThat(redis.fault(new ExecutorCall.Discard(1), 1)).isInstanceOf(CallFault.Conflict.class);
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Discard(3)), 3);

    for (MemberReport node : redis.look("scan")) {
      assertThat(fact(node, "staged", Object.class))
          .asInstanceOf(InstanceOfAssertFactories.MAP)
          .containsOnlyKeys("1", "2");
    }
  }

  @Test
  void observesLibrariesRulesAndForeignKeys() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new ExecutorCall.Stage(activation));
    redis.reports(new ExecutorCall.Publish(activation));
    redis.command(redis.home(TENANT), "SET", "rate_limit:{" + TENANT + "}", "600");

    var observed = redis.reports(new ExecutorCall.Observe());

    assertThat(observed)
        .hasSize(6)
        .allSatisfy(r -> assertThat(r.digest()).isEqualTo(activation.digest()))
        .allSatisfy(r ->
            assertThat(FunctionLibrary.read(fact(r, "library", String.class)))
                .hasValueSatisfying(k -> assertThat(k.epoch()).isEqualTo(1)));
    assertThat(observed.stream().map(r -> r.facts().get("brownfield")))
        .contains(Map.of("rate_limit:{" + TENANT + "}", "600"));
    assertThat(observed.stream().filter(r -> "1 1".equals(r.facts().get("fence")))).hasSize(3);
  }

  @Test
  void looksAtEveryNode() throws InterruptedException {
    var topology = redis.look("topology");
    allSay(MemberReport.Answer.YES, topology, 6);
    assertThat(topology.stream().mapToLong(r -> fact(r, "slot_count", Long.class)).sum())
        .isEqualTo(16_384);
    assertThat(topology)
        .allSatisfy(r -> {
          assertThat(fact(r, "node_timeout_ms", Long.class)).isEqualTo(2_000);
          assertThat(fact(r, "require_full_coverage", Boolean.class)).isNotNull();
          assertThat(fact(r, "min_replicas_max_lag_ms", Long.class)).isPositive();
        });
    assertThat(topology.stream().filter(r -> r.facts().containsKey("replicas_online")))
        .hasSize(3)
        .allSatisfy(r -> assertThat(fact(r, "replicas_online", Long.class)).isOne());

    var latency = redis.look("latency");
    allSay(MemberReport.Answer.YES, latency, 6);
    assertThat(latency)
        .allSatisfy(r ->
            assertThat(fact(r, "min_us", Long.class))
                .isPositive()
                .isLessThanOrEqualTo(fact(r, "p99_us", Long.class)));

    var clock = redis.look("clock");
    allSay(MemberReport.Answer.YES, clock, 6);
    assertThat(clock)
        .allSatisfy(r ->
            assertThat(Math.abs(fact(r, "offset_us", Long.class)))
                .isLessThanOrEqualTo(fact(r, "error_us", Long.class)));
  }

  @Test
  void aForeignVerbIsInvalid() throws InterruptedException {
    assertThat(redis.fault(new ExecutorCall.Look("explode", Map.of()), 1))
        .isInstanceOf(CallFault.Invalid.class);
  }
}
