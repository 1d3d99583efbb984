package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.PolicyFixtures.bursting;
import static dev.deployclaw.policy.PolicyFixtures.counting;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.cluster.NetworkPartitionCheck;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.CheckThresholds;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.ClusterMeasurements.Cluster;
import dev.deployclaw.policy.finding.ClusterMeasurements.Drift;
import dev.deployclaw.policy.finding.ClusterMeasurements.Trips;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EstateChecksTest {
  private static final Limit FAST = limit("fast", RequestMatch.ANY, 1000, 1);
  private static final Cluster CLUSTER = new Cluster(3, 5000, true, 0, 10_000);

  @Test
  void warnsOfABurstThatOneRoundTripOverflows() {
    var found = CheckFixture.by(CheckKind.LATENCY, one(bursting(FAST, 1, 1)), rtt(2_300));

    assertThat(CheckFixture.brief(found)).containsExactly("WARNING acme/fast");
    assertThat(found.getFirst().remedy()).isEqualTo("raise burst to 2 or more");
  }

  @Test
  void acceptsABurstThatHoldsWhatARoundTripBrings() {
    assertThat(CheckFixture.by(CheckKind.LATENCY, one(bursting(FAST, 2, 1)), rtt(2_300))).isEmpty();
  }

  @Test
  void warnsOfANodeSlowerThanGatewaysWait() {
    var found = CheckFixture.by(CheckKind.LATENCY, PolicySet.EMPTY, rtt(20_001));

    assertThat(found.getFirst().reason())
        .isEqualTo("redis/a takes 20.0 ms for a decision, gateways wait 20.0 ms");
    assertThat(found.getFirst().evidence()).containsEntry("best_us", 10_000L);
  }

  @Test
  void acceptsANodeAsSlowAsGatewaysWait() {
    assertThat(CheckFixture.by(CheckKind.LATENCY, PolicySet.EMPTY, rtt(20_000))).isEmpty();
  }

  @Test
  void saysThatANodeIsTooSlowAtTimes() {
    var found =
        CheckFixture.by(CheckKind.LATENCY, PolicySet.EMPTY, trips(new Trips(90, 300, 20_001)));

    assertThat(CheckFixture.brief(found)).containsExactly("INFO -");
    assertThat(found.getFirst().reason()).contains("20.0 ms for one decision in a hundred");
  }

  @Test
  void acceptsANodeThatIsInTimeAlmostAlways() {
    assertThat(
            CheckFixture.by(CheckKind.LATENCY, PolicySet.EMPTY, trips(new Trips(90, 300, 20_000))))
        .isEmpty();
  }

  @Test
  void namesTheNodeWhoseClockIsSkewed() {
    var found = CheckFixture.by(CheckKind.CLOCK, PolicySet.EMPTY, drift(500_000, 501_000, 540_000));

    assertThat(found).hasSize(2);
    assertThat(found.getFirst().reason())
        .isEqualTo("the clock of redis/2 is 39.0 ms ahead of the others', within 0.6 ms");
    assertThat(found.getFirst().evidence())
        .containsEntry("drift_us", 39_000L)
        .containsEntry("error_us", 600L);
  }

  @Test
  void acceptsClocksThatAreFarFromOursButTogether() {
    var found = CheckFixture.by(CheckKind.CLOCK, PolicySet.EMPTY, drift(500_000, 505_000, 512_000));

    assertThat(CheckFixture.brief(found)).containsExactly("INFO -");
    assertThat(found.getFirst().evidence()).containsEntry("spread_us", 12_600L);
  }

  @Test
  void saysWhatDriftAdmitsInError() {
    var skewed = drift(0, 0, 12_000);

    assertThat(CheckFixture.brief(CheckFixture.by(CheckKind.CLOCK, one(FAST), skewed)))
        .containsExactly("WARNING acme/fast", "INFO -");
  }

  @Test
  void acceptsDriftThatASlowLimitDoesNotNotice() {
    var skewed = drift(0, 0, 12_000);

    assertThat(
            CheckFixture.brief(
                CheckFixture.by(
                    CheckKind.CLOCK, one(limit("slow", RequestMatch.ANY, 1200, 60)), skewed)))
        .containsExactly("INFO -");
  }

  @Test
  void saysWhatLimitsAdmitInAPartition() {
    var limit = bursting(limit("all", RequestMatch.ANY, 60, 60), 10, 1);

    assertThat(CLUSTER.aloneStopsMillis()).isEqualTo(7_600);
    assertThat(NetworkPartitionCheck.admits(limit, CLUSTER)).isEqualTo(2 * (10 + 7));
    assertThat(NetworkPartitionCheck.admits(limit, new Cluster(3, 5000, true, 1, 1000)))
        .isEqualTo(10 + 7 + 10 + 3);
    assertThat(NetworkPartitionCheck.admits(limit, new Cluster(3, 5000, true, 1, 10_000)))
        .isEqualTo(2 * (10 + 7));
    assertThat(NetworkPartitionCheck.admits(counting(limit, LimitAlgorithm.CONCURRENCY), CLUSTER))
        .isEqualTo(2 * 60);
    assertThat(
            NetworkPartitionCheck.admits(counting(limit, LimitAlgorithm.SLIDING_WINDOW), CLUSTER))
        .isEqualTo(2 * 60);
  }

  @Test
  void warnsOfTooFewMastersForAFailover() {
    assertThat(
            CheckFixture.brief(CheckFixture.by(CheckKind.PARTITION, PolicySet.EMPTY, cluster(2))))
        .containsExactly("WARNING -", "INFO -");
  }

  @Test
  void acceptsAsManyMastersAsAFailoverNeeds() {
    assertThat(
            CheckFixture.brief(CheckFixture.by(CheckKind.PARTITION, PolicySet.EMPTY, cluster(3))))
        .containsExactly("INFO -");
  }

  @Test
  void namesTheLimitsThatFailOpen() {
    var found = CheckFixture.by(CheckKind.PARTITION, one(FAST), cluster(3));

    assertThat(found).hasSize(2);
    assertThat(found.getFirst().evidence()).containsEntry("limits", List.of("acme/fast"));
  }

  @Test
  void acceptsALimitThatClosesWhereItsTenantOpens() {
    var closing =
        new Limit(
            FAST.name(),
            FAST.match(),
            FAST.key(),
            FAST.algorithm(),
            FAST.requests(),
            FAST.window(),
            FAST.burst(),
            FAST.cost(),
            FAST.mode(),
            Optional.of(BackendFailureMode.DENY),
            LimitPrecision.EXACT);

    assertThat(CheckFixture.by(CheckKind.PARTITION, one(closing), cluster(3))).hasSize(1);
  }

  @Test
  void saysWhatWasNotMeasured() {
    var found =
        PolicyChecker.run(
            PolicySet.EMPTY,
            Optional.empty(),
            ClusterMeasurements.NOTHING,
            CheckThresholds.DEFAULT);

    assertThat(found.stream().map(PolicyFinding::reason))
        .containsExactly(
            "no round trip was measured",
            "no clock was measured",
            "the cluster's settings were not read",
            "no node's memory was read");
  }

  private static PolicySet one(Limit limit) {
    return set(tenant("acme", limit));
  }

  private static ClusterMeasurements rtt(long micros) {
    return trips(new Trips(micros / 2, micros, micros));
  }

  private static ClusterMeasurements trips(Trips trips) {
    return new ClusterMeasurements(
        new TreeMap<>(Map.of("redis/a", trips, "redis/b", new Trips(90, 100, 120))),
        new TreeMap<>(),
        Optional.empty(),
        new TreeMap<>());
  }

  private static ClusterMeasurements drift(long... micros) {
    var drift = new TreeMap<String, Drift>();
    for (int i = 0; i < micros.length; i++) {
      drift.put("redis/" + i, new Drift(micros[i], 300));
    }
    return new ClusterMeasurements(new TreeMap<>(), drift, Optional.empty(), new TreeMap<>());
  }

  private static ClusterMeasurements cluster(int masters) {
    return new ClusterMeasurements(
        new TreeMap<>(),
        new TreeMap<>(),
        Optional.of(new Cluster(masters, CLUSTER.nodeTimeoutMillis(), true, 0, 10_000)),
        new TreeMap<>());
  }
}
