package dev.deployclaw.ratelimit.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.ratelimit.decision.DecisionResponse;
import dev.deployclaw.ratelimit.decision.DecisionResponse.By;
import dev.deployclaw.ratelimit.decision.DecisionResponse.Left;
import dev.deployclaw.ratelimit.decision.LeaseGrant;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.BucketId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class QuotaBucketTest {
  private static final DecisionRequest QUESTION =
      EnvoyRequestParser.bucket(
          "edge-1", Map.of("dc_host", "acme.api.example.com", "dc_method", "GET", "dc_uri", "/"));

  private long now;
  private final QuotaBucket bucket = new QuotaBucket(BucketId.getDefaultInstance(), QUESTION, now);

  @Test
  void oneRequestTellsTheLeaseAndTheNextTakesAShareOfWhatIsLeft() {
    assertThat(bucket.next(now)).isEqualTo(1);
    assertThat(bucket.granted(grant(1, 160), now)).as("only the lease was asked for").isFalse();

    assertThat(bucket.next(now)).isEqualTo(10);
    assertThat(bucket.granted(grant(10, 150), now)).isTrue();
    assertThat(bucket.seconds(now)).isEqualTo(2);
    assertThat(bucket.spend()).as("all that is charged").isEqualTo(11);
    assertThat(bucket.spend()).isZero();
  }

  @Test
  void aRefusalNeedsNoSecondCall() {
    assertThat(bucket.granted(grant(0, 0), now)).isTrue();
    assertThat(bucket.spend()).isZero();
    assertThat(bucket.next(now)).as("the lease isn't known").isEqualTo(1);
  }

  @Test
  void anAssignmentReachesItsEnvoyBeforeTheWindowEnds() {
    assertThat(bucket.granted(window(1, 3_005), now)).isFalse();
    assertThat(bucket.granted(window(9, 3_005), now)).isTrue();

    assertThat(bucket.seconds(now)).isEqualTo(2);
  }

  @Test
  void whatWasChargedFirstEndsFirst() {
    assertThat(bucket.granted(window(1, 1_200), now)).isFalse();
    now += Duration.ofMillis(50).toNanos();
    assertThat(bucket.granted(window(9, 4_000), now)).isTrue();
    assertThat(bucket.seconds(now)).isEqualTo(1);
    assertThat(bucket.spend()).isEqualTo(10);

    assertThat(bucket.granted(window(1, 1_200), now)).isTrue();
    now += Duration.ofMillis(1_250).toNanos();
    assertThat(bucket.granted(window(9, 4_000), now)).isTrue();
    assertThat(bucket.seconds(now)).isEqualTo(3);
    assertThat(bucket.spend()).as("the first is of the window before").isEqualTo(9);
  }

  @Test
  void whatIsSizedForAShortTimeIsRenewedAfterIt() {
    assertThat(bucket.granted(window(1, 1_500), now)).isFalse();
    assertThat(bucket.spend()).isEqualTo(1);
    reported(Duration.ofMillis(1_500), 150);
    long asked = bucket.next(now);

    assertThat(asked).as("one second: 100 and two deviations").isEqualTo(120);
    assertThat(bucket.granted(window(asked, 4_000), now)).isTrue();
    assertThat(bucket.seconds(now)).isEqualTo(1);
    assertThat(bucket.granted(window(asked - 1, 4_000), now)).isTrue();
    assertThat(bucket.spend()).isEqualTo(2 * asked - 1);
    assertThat(bucket.granted(window(asked - 1, 4_000), now)).isTrue();
    assertThat(bucket.seconds(now)).as("more isn't to be had").isEqualTo(3);
  }

  @Test
  void nothingIsChargedThatAWindowHasNoTimeFor() {
    assertThat(bucket.granted(window(1, 4_000), now)).isFalse();
    reported(Duration.ofSeconds(1), 100);
    assertThat(bucket.waits(now)).isZero();
    assertThat(bucket.next(now)).as("two seconds, since three are left").isEqualTo(228);

    now += Duration.ofSeconds(2).toNanos();
    assertThat(bucket.waits(now)).isEqualTo(Duration.ofSeconds(1).toNanos());
    now += bucket.waits(now);
    assertThat(bucket.waits(now)).isZero();
    assertThat(bucket.next(now)).as("three seconds again").isEqualTo(334);
  }

  @Test
  void anAssignmentHasWhatTheRateBringsAndSomeMore() {
    granted();
    reported(Duration.ofSeconds(1), 100);

    assertThat(bucket.next(now)).as("two seconds: 200 and two deviations").isEqualTo(228);
  }

  @Test
  void aRateRisesFasterThanItFalls() {
    granted();
    reported(Duration.ofSeconds(1), 100);
    reported(Duration.ofSeconds(1), 1_000);
    long risen = bucket.next(now);
    reported(Duration.ofSeconds(1), 100);
    long fallen = bucket.next(now);

    assertThat(risen).isGreaterThan(1_800);
    assertThat(fallen).isBetween(1_000L, 1_300L);
  }

  @Test
  void reportsInAShortTimeAreOneMeasurement() {
    granted();
    reported(Duration.ofMillis(1), 50);
    assertThat(bucket.next(now)).as("no rate yet: a sixteenth of what is left").isEqualTo(10);
    reported(Duration.ofMillis(499), 0);

    assertThat(bucket.next(now)).isEqualTo(228);
  }

  @Test
  void anEnvoyThatReportsNoMoreGetsNextToNothing() {
    granted();
    reported(Duration.ofSeconds(1), 100);
    now += Duration.ofSeconds(11).toNanos();

    assertThat(bucket.next(now)).isEqualTo(1);
  }

  @Test
  void anEnvoyThatReportsSeldomIsNotTakenForGone() {
    granted();
    reported(Duration.ofSeconds(60), 6_000);
    now += Duration.ofSeconds(59).toNanos();

    assertThat(bucket.next(now)).isEqualTo(228);
    assertThat(bucket.isIdle(now)).isFalse();
  }

  @Test
  void withoutRequestsItIsIdleHoweverOftenItIsReported() {
    granted();
    reported(Duration.ofSeconds(1), 1);
    for (int i = 0; i < 30; i++) {
      reported(Duration.ofSeconds(1), 0);
    }
    assertThat(bucket.isIdle(now)).isFalse();
    reported(Duration.ofSeconds(1), 0);

    assertThat(bucket.isIdle(now)).isTrue();
  }

  private void granted() {
    var _ = bucket.granted(grant(1, 160), now);
  }

  /** Of a lease that lasts two seconds and a little. */
  private static LeaseGrant grant(long admitted, long left) {
    return granted(admitted, left, Duration.ofMillis(2_500), Duration.ofNanos(Long.MAX_VALUE));
  }

  /** Of a window that ends sooner than the lease. */
  private static LeaseGrant window(long admitted, long millis) {
    return granted(admitted, 160, Duration.ofMillis(millis), Duration.ofMillis(millis));
  }

  private static LeaseGrant granted(long admitted, long left, Duration lasts, Duration window) {
    var of = Optional.of(new Left("all", 1_000, 4_000_000, left, 0));
    var answer = new DecisionResponse(admitted > 0, new TreeMap<>(), By.LIMITS, of);
    return new LeaseGrant(admitted, Duration.ofSeconds(10), lasts, window, answer);
  }

  private void reported(Duration after, long requests) {
    now += after.toNanos();
    bucket.reported(requests, 0, now);
  }
}
