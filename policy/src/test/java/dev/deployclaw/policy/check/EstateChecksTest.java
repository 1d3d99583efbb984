package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.Policies.bursting;
import static dev.deployclaw.policy.Policies.counting;
import static dev.deployclaw.policy.Policies.limit;
import static dev.deployclaw.policy.Policies.set;
import static dev.deployclaw.policy.Policies.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.Measured.Cluster;
import dev.deployclaw.policy.check.Measured.Drift;
import dev.deployclaw.policy.check.Measured.Trips;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EstateChecksTest {
  private static final Limit FAST = limit("fast", Match.ANY, 1000, 1);
  private static final Cluster CLUSTER = new Cluster(3, 5000, true, 0, 10_000);

  @Test
  void warnsOfABurstThatOneRoundTripOverflows() {
    var found = Found.by(Check.LATENCY, one(bursting(FAST, 1, 1)), rtt(2_300));

    assertThat(Found.brief(found)).containsExactly("WARNING acme/fast");
    assertThat(found.getFirst().remedy()).isEqualTo("raise burst to 2 or more");
  }

  @Test
  void acceptsABurstThatHoldsWhatARoundTripBrings() {
    assertThat(Found.by(Check.LATENCY, one(bursting(FAST, 2, 1)), rtt(2_300))).isEmpty();
  }

  @Test
  void warnsOfANodeSlowerThanGatewaysWait() {
    var found = Found.by(Check.LATENCY, PolicySet.EMPTY, rtt(20_001));

    assertThat(found.getFirst().reason())
        .isEqualTo("redis/a takes 20.0 ms for a decision, gateways wait 20.0 ms");
    assertThat(found.getFirst().evidence()).containsEntry("best_us", 10_000L);
  }

  @Test
  void acceptsANodeAsSlowAsGatewaysWait() {
    assertThat(Found.by(Check.LATENCY, PolicySet.EMPTY, rtt(20_000))).isEmpty();
  }

  @Test
  void saysThatANodeIsTooSlowAtTimes() {
    var found = Found.by(Check.LATENCY, PolicySet.EMPTY, trips(new Trips(90, 300, 20_001)));

    assertThat(Found.brief(found)).containsExactly("INFO -");
    assertThat(found.getFirst().reason()).contains("20.0 ms for one decision in a hundred");
  }

  @Test
  void acceptsANodeThatIsInTimeAlmostAlways() {
    assertThat(Found.by(Check.LATENCY, PolicySet.EMPTY, trips(new Trips(90, 300, 20_000))))
        .isEmpty();
  }

  @Test
  void namesTheNodeWhoseClockIsSkewed() {
    var found = Found.by(Check.CLOCK, PolicySet.EMPTY, drift(500_000, 501_000, 540_000));

    assertThat(found).hasSize(2);
    assertThat(found.getFirst().reason())
        .isEqualTo("the clock of redis/2 is 39.0 ms ahead of the others', within 0.6 ms");
    assertThat(found.getFirst().evidence())
        .containsEntry("drift_us", 39_000L)
        .containsEntry("error_us", 600L);
  }

  @Test
  void acceptsClocksThatAreFarFromOursButTogether() {
    var found = Found.by(Check.CLOCK, PolicySet.EMPTY, drift(500_000, 505_000, 512_000));

    assertThat(Found.brief(found)).containsExactly("INFO -");
    assertThat(found.getFirst().evidence()).containsEntry("spread_us", 12_600L);
  }

  @Test
  void saysWhatDriftAdmitsInError() {
    var skewed = drift(0, 0, 12_000);

    assertThat(Found.brief(Found.by(Check.CLOCK, one(FAST), skewed)))
        .containsExactly("WARNING acme/fast", "INFO -");
  }

  @Test
  void acceptsDriftThatASlowLimitDoesNotNotice() {
    var skewed = drift(0, 0, 12_000);

    assertThat(Found.brief(Found.by(Check.CLOCK, one(limit("slow", Match.ANY, 1200, 60)), skewed)))
        .containsExactly("INFO -");
  }

  @Test
  void saysWhatLimitsAdmitInAPartition() {
    var limit = bursting(limit("all", Match.ANY, 60, 60), 10, 1);

    assertThat(CLUSTER.aloneStopsMillis()).isEqualTo(7_600);
    assertThat(PartitionCheck.admits(limit, CLUSTER)).isEqualTo(2 * (10 + 7));
    assertThat(PartitionCheck.admits(limit, new Cluster(3, 5000, true, 1, 1000)))
        .isEqualTo(10 + 7 + 10 + 3);
    assertThat(PartitionCheck.admits(limit, new Cluster(3, 5000, true, 1, 10_000)))
        .isEqualTo(2 * (10 + 7));
    assertThat(PartitionCheck.admits(counting(limit, Algorithm.CONCURRENCY), CLUSTER))
        .isEqualTo(2 * 60);
    assertThat(PartitionCheck.admits(counting(limit, Algorithm.SLIDING_WINDOW), CLUSTER))
        .isEqualTo(2 * 60);
  }

  @Test
  void warnsOfTooFewMastersForAFailover() {
    assertThat(Found.brief(Found.by(Check.PARTITION, PolicySet.EMPTY, cluster(2))))
        .containsExactly("WARNING -", "INFO -");
  }

  @Test
  void acceptsAsManyMastersAsAFailoverNeeds() {
    assertThat(Found.brief(Found.by(Check.PARTITION, PolicySet.EMPTY, cluster(3))))
        .containsExactly("INFO -");
  }

  @Test
  void namesTheLimitsThatFailOpen() {
    var found = Found.by(Check.PARTITION, one(FAST), cluster(3));

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
            Optional.of(BackendFailure.DENY));

    assertThat(Found.by(Check.PARTITION, one(closing), cluster(3))).hasSize(1);
  }

  @Test
  void saysWhatWasNotMeasured() {
    var found = Checks.run(PolicySet.EMPTY, Optional.empty(), Measured.NOTHING);

    assertThat(found.stream().map(Finding::reason))
        .containsExactly(
            "no round trip was measured",
            "no clock was measured",
            "the cluster's settings were not read",
            "no node's memory was read");
  }

  private static PolicySet one(Limit limit) {
    return set(tenant("acme", limit));
  }

  private static Measured rtt(long micros) {
    return trips(new Trips(micros / 2, micros, micros));
  }

  private static Measured trips(Trips trips) {
    return new Measured(
        new TreeMap<>(Map.of("redis/a", trips, "redis/b", new Trips(90, 100, 120))),
        new TreeMap<>(),
        Optional.empty());
  }

  private static Measured drift(long... micros) {
    var drift = new TreeMap<String, Drift>();
    for (int i = 0; i < micros.length; i++) {
      drift.put("redis/" + i, new Drift(micros[i], 300));
    }
    return new Measured(new TreeMap<>(), drift, Optional.empty());
  }

  private static Measured cluster(int masters) {
    return new Measured(
        new TreeMap<>(),
        new TreeMap<>(),
        Optional.of(new Cluster(masters, CLUSTER.nodeTimeoutMillis(), true, 0, 10_000)));
  }
}
