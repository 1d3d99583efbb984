package dev.deployclaw.executors.redis;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static dev.deployclaw.executors.redis.ClusterFixture.fact;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Observation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.sandbox.Mark;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.RedisLayout;
import dev.deployclaw.testkit.HostPort;
import dev.deployclaw.testkit.RedisNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisExecutorTest {
  private static final String TENANT = "t-00003";
  private static final String KEY = RedisLayout.policyKey(TENANT, TENANT);

  @TempDir static Path folder;
  static ClusterFixture redis;

  @BeforeAll
  static void start() {
    redis = ClusterFixture.start(folder);
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void empty() throws InterruptedException {
    for (HostPort primary : redis.cluster.primaries()) {
      redis.command(primary, "FLUSHALL");
      redis.command(primary, "FUNCTION FLUSH");
    }
  }

  private static void allSay(Report.Answer answer, List<Report> reports, int nodes) {
    assertThat(reports).hasSize(nodes).allSatisfy(r -> assertThat(r.answer()).isEqualTo(answer));
  }

  @Test
  void tellsWhoTheNodesAre() throws InterruptedException {
    var wanted = new TreeMap<String, Object>();
    for (var node : redis.cluster.nodes()) {
      wanted.put(redis.cluster.node(node).call("CLUSTER", "MYID"), node.toString());
    }

    var told = (Outcome.Done) redis.run(new Call.Look("identity", Map.of()), 1);

    assertThat(told.facts()).isEqualTo(Map.of("nodes", wanted));
  }

  @Test
  void tellsAServerOutsideOfAClusterByItsRun() throws InterruptedException {
    try (var alone = RedisNode.start(folder.resolve("alone"));
        var executor =
            new RedisExecutor(
                RedisSettings.of(List.of(alone.address().toString())), () -> Mark.NOBODY)) {
      var look =
          new Invocation(
              "redis", new Call.Look("identity", Map.of()), Fence.NONE, Duration.ofMinutes(1));

      var told = (Outcome.Done) executor.execute(look);

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

    allSay(Report.Answer.YES, redis.reports(new Call.Stage(activation)), 3);
    allSay(Report.Answer.YES, redis.reports(new Call.Stage(activation)), 3);
    allSay(Report.Answer.YES, redis.reports(new Call.Prepare(activation)), 6);
    allSay(Report.Answer.NO, redis.reports(new Call.Converge(activation)), 6);
    allSay(Report.Answer.YES, redis.reports(new Call.Publish(activation)), 3);
    allSay(Report.Answer.YES, redis.reports(new Call.Publish(activation)), 3);

    var converged = redis.reports(new Call.Converge(activation));
    allSay(Report.Answer.YES, converged, 6);
    assertThat(converged).allMatch(r -> r.digest().equals(activation.digest()));
    assertThat(converged).extracting(Report::member).doesNotHaveDuplicates();
  }

  @Test
  void tellsWhichCountersThereAre() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new Call.Stage(activation));
    String other = RedisLayout.policyKey("t-00007", "t-00007");
    String gone = RedisLayout.probeKey(TENANT, "heartbeat-1", "c");
    var look = new Call.Look("counters", Map.of("keys", List.of(KEY, gone, other)));

    var reports = redis.reports(look);

    allSay(Report.Answer.YES, reports, 3);
    assertThat(named(reports, "present")).containsExactlyInAnyOrder(KEY, other);
    assertThat(named(reports, "absent")).containsExactly(gone);
  }

  private static List<String> named(List<Report> reports, String name) {
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
    redis.reports(new Call.Stage(activation(1, SampleSets.of(2_000))));
    var second = activation(2, SampleSets.of(2_000, 330));

    var staged = redis.reports(new Call.Stage(second));

    assertThat(staged.stream().mapToLong(r -> fact(r, "tenants", Long.class)).sum())
        .isEqualTo(2_000);
    allSay(Report.Answer.YES, redis.reports(new Call.Prepare(second)), 6);
  }

  @Test
  void namesTheTenantAndLimitThatDiffers() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new Call.Stage(activation));
    redis.command(redis.home(TENANT), "HSET", KEY, "1:search", "tb 3 60000000 50 1 enforce");

    var votes = redis.reports(new Call.Prepare(activation));

    assertThat(votes).filteredOn(v -> v.answer() == Report.Answer.YES).hasSize(4);
    assertThat(votes)
        .filteredOn(v -> v.answer() == Report.Answer.NO)
        .hasSize(2)
        .allSatisfy(v -> assertThat(v.reason()).contains(TENANT, "limit search", "tb 3 "))
        .allSatisfy(v -> assertThat(v.facts()).containsEntry("tenants", List.of(TENANT)));
  }

  @Test
  void acceptsTheFieldsOfALargeHashInAnyOrder() throws InterruptedException {
    var activation = activation(1, SampleSets.ofOneTenant("big", 1_000));
    redis.reports(new Call.Stage(activation));
    assertThat(
            redis.command(
                redis.home("big"), "OBJECT", "ENCODING", RedisLayout.policyKey("big", "big")))
        .isEqualTo("hashtable");

    allSay(Report.Answer.YES, redis.reports(new Call.Prepare(activation)), 6);
  }

  @Test
  void seesAFieldTooMuch() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new Call.Stage(activation));
    redis.command(redis.home(TENANT), "HSET", KEY, "1:more", "tb 3 60000000 50 1 enforce");

    assertThat(redis.reports(new Call.Prepare(activation)))
        .filteredOn(v -> v.answer() == Report.Answer.NO)
        .hasSize(2)
        .allSatisfy(v -> assertThat(v.reason()).contains(TENANT, "limit more", "not in the set"));
  }

  @Test
  void publishesWhatWasLostOrAlteredAnew() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new Call.Stage(activation));
    HostPort home = redis.home(TENANT);
    redis.command(home, "DEL", KEY);
    allSay(Report.Answer.YES, redis.reports(new Call.Publish(activation)), 3);
    assertThat(redis.command(home, "HGET", KEY, "1:search")).asString().startsWith("tb 300 ");

    redis.command(home, "HSET", KEY, "1:search", "tb 3 60000000 50 1 enforce");
    redis.command(home, "HSET", KEY, "1:more", "tb 3 60000000 50 1 enforce");
    redis.command(home, "HSET", KEY, "9:other", "of another epoch");
    allSay(Report.Answer.YES, redis.reports(new Call.Publish(activation)), 3);

    assertThat(redis.command(home, "HGET", KEY, "1:search")).asString().startsWith("tb 300 ");
    assertThat(redis.command(home, "HEXISTS", KEY, "1:more")).isEqualTo("0");
    assertThat(redis.command(home, "HEXISTS", KEY, "9:other")).isEqualTo("1");
    allSay(Report.Answer.YES, redis.reports(new Call.Prepare(activation)), 6);
  }

  @Test
  void seesALibraryOfOurConstantsAndOtherCode() throws InterruptedException {
    var activation = activation(1, SampleSets.of(5));
    redis.reports(new Call.Stage(activation));
    redis.reports(new Call.Publish(activation));
    HostPort home = redis.home(TENANT);
    String ours = FunctionLibrary.source(1, 1, activation.digest(), 0);
    redis.command(home, "FUNCTION LOAD", "REPLACE", ours + "-- admits everybody\n");

    var scanned = redis.look("scan");
    var converged = redis.reports(new Call.Converge(activation));

    for (var reports : List.of(scanned, converged)) {
      assertThat(reports)
          .filteredOn(r -> r.answer() == Report.Answer.NO)
          .isNotEmpty()
          .allSatisfy(r -> assertThat(r.reason()).contains("code of its function library"));
    }
    redis.reports(new Call.Publish(activation));
    allSay(Report.Answer.YES, redis.reports(new Call.Converge(activation)), 6);
    allSay(Report.Answer.YES, redis.look("scan"), 6);
  }

  @Test
  void tellsTheCodeOfAnotherVersionAndLoadsItsOwnUnderTheSameEpoch() throws InterruptedException {
    var activation = activation(1, SampleSets.of(5));
    redis.reports(new Call.Stage(activation));
    redis.reports(new Call.Publish(activation));
    HostPort home = redis.home(TENANT);
    String ours = FunctionLibrary.source(1, 1, activation.digest(), 0);
    String older =
        ours.substring(0, ours.lastIndexOf("-- sealed "))
            .replace("callback=status", "callback = status");
    String seal = Canonical.sha256(older.getBytes(StandardCharsets.UTF_8));
    redis.command(home, "FUNCTION LOAD", "REPLACE", older + "-- sealed " + seal + "\n");

    assertThat(redis.look("scan"))
        .filteredOn(r -> r.answer() == Report.Answer.NO)
        .isNotEmpty()
        .allSatisfy(
            r -> assertThat(r.reason()).contains("of the same epoch, unaltered", "drift --repair"));
    assertThat(redis.fault(new Call.Publish(activation), 0)).isInstanceOf(Fault.Conflict.class);
    redis.reports(new Call.Publish(activation));
    allSay(Report.Answer.YES, redis.look("scan"), 6);
  }

  @Test
  void takesAwayRulesOfItsEpochThatNoTenantOfTheSetHas() throws InterruptedException {
    var activation = activation(1, SampleSets.of(5));
    String stranger = RedisLayout.policyKey(TENANT, "nobody");
    redis.reports(new Call.Stage(activation));
    redis.reports(new Call.Publish(activation));
    HostPort home = redis.home(TENANT);
    redis.command(home, "HSET", stranger, "1:#", "x", "9:#", "of another epoch", "mine", "y");

    redis.reports(new Call.Stage(activation));

    assertThat(redis.command(home, "HEXISTS", stranger, "1:#")).isEqualTo("0");
    assertThat(redis.command(home, "HEXISTS", stranger, "9:#")).isEqualTo("1");
    assertThat(redis.command(home, "HEXISTS", stranger, "mine")).isEqualTo("1");
    allSay(Report.Answer.YES, redis.reports(new Call.Prepare(activation)), 6);
  }

  @Test
  void rollsBackToWhatWasThereBeforeAnyPolicy() throws InterruptedException {
    var first = activation(1, SampleSets.of(60));
    redis.reports(new Call.Stage(first));
    redis.reports(new Call.Publish(first));
    var found = new Observation(new TreeMap<>());
    var back =
        new Activation(
            "x",
            2,
            PolicySet.EMPTY.digest(),
            PolicySet.EMPTY,
            1,
            Optional.of(first.set()),
            Optional.of(found));

    allSay(Report.Answer.YES, redis.reports(new Call.Stage(back)), 3);
    allSay(Report.Answer.YES, redis.reports(new Call.Prepare(back)), 6);
    var published = (Outcome.Done) redis.run(new Call.Publish(back), 1);

    assertThat(published.facts()).containsEntry("unmanaged", true);
    allSay(Report.Answer.YES, redis.reports(new Call.Converge(back)), 6);
  }

  @Test
  void refusesALowerTermAndALowerEpoch() throws InterruptedException {
    var second = activation(2, SampleSets.of(5));
    redis.run(new Call.Stage(second), 4);
    redis.run(new Call.Publish(second), 4);

    var first = activation(1, SampleSets.of(5));
    assertThat(redis.fault(new Call.Stage(second), 3)).isInstanceOf(Fault.Conflict.class);
    assertThat(redis.fault(new Call.Publish(second), 3)).isInstanceOf(Fault.Conflict.class);
    assertThat(redis.fault(new Call.Prepare(second), 3)).isInstanceOf(Fault.Conflict.class);
    assertThat(redis.fault(new Call.Discard(9), 3)).isInstanceOf(Fault.Conflict.class);
    assertThat(redis.fault(new Call.Publish(first), 4)).isInstanceOf(Fault.Conflict.class);
    allSay(Report.Answer.YES, redis.reports(new Call.Converge(second)), 6);
  }

  @Test
  void discardsWhatNobodyActsOn() throws InterruptedException {
    for (long epoch = 1; epoch <= 3; epoch++) {
      redis.reports(new Call.Stage(activation(epoch, SampleSets.of(20))));
    }
    redis.reports(new Call.Publish(activation(2, SampleSets.of(20))));

    assertThat(redis.fault(new Call.Discard(2), 1)).isInstanceOf(Fault.Conflict.class);
    assertThat(redis.fault(new Call.Discard(1), 1)).isInstanceOf(Fault.Conflict.class);
    allSay(Report.Answer.YES, redis.reports(new Call.Discard(3)), 3);

    for (Report node : redis.look("scan")) {
      assertThat(fact(node, "staged", Object.class))
          .asInstanceOf(InstanceOfAssertFactories.MAP)
          .containsOnlyKeys("1", "2");
    }
  }

  @Test
  void observesLibrariesRulesAndForeignKeys() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new Call.Stage(activation));
    redis.reports(new Call.Publish(activation));
    redis.command(redis.home(TENANT), "SET", "rate_limit:{" + TENANT + "}", "600");

    var observed = redis.reports(new Call.Observe());

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
    allSay(Report.Answer.YES, topology, 6);
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
    allSay(Report.Answer.YES, latency, 6);
    assertThat(latency)
        .allSatisfy(r ->
            assertThat(fact(r, "min_us", Long.class))
                .isPositive()
                .isLessThanOrEqualTo(fact(r, "p99_us", Long.class)));

    var clock = redis.look("clock");
    allSay(Report.Answer.YES, clock, 6);
    assertThat(clock)
        .allSatisfy(r ->
            assertThat(Math.abs(fact(r, "offset_us", Long.class)))
                .isLessThanOrEqualTo(fact(r, "error_us", Long.class)));
  }

  @Test
  void aForeignVerbIsInvalid() throws InterruptedException {
    assertThat(redis.fault(new Call.Look("explode", Map.of()), 1))
        .isInstanceOf(Fault.Invalid.class);
  }
}
