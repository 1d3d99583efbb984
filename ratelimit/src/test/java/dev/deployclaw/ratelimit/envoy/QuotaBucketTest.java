package dev.deployclaw.ratelimit.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.ratelimit.identity.DecisionRequest;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.BucketId;
import java.time.Duration;
import java.util.Map;
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
    assertThat(bucket.granted(1, 2, 160)).as("only the lease was asked for").isFalse();

    assertThat(bucket.next(now)).isEqualTo(10);
    assertThat(bucket.granted(10, 2, 150)).isTrue();
    assertThat(bucket.spend()).as("all that is charged").isEqualTo(11);
    assertThat(bucket.spend()).isZero();
  }

  @Test
  void aRefusalNeedsNoSecondCall() {
    assertThat(bucket.granted(0, 2, 0)).isTrue();
    assertThat(bucket.spend()).isZero();
    assertThat(bucket.knowsLease()).isFalse();
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
    var _ = bucket.granted(1, 2, 160);
  }

  private void reported(Duration after, long requests) {
    now += after.toNanos();
    bucket.reported(requests, 0, now);
  }
}
