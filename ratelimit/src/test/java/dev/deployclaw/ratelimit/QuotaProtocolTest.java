package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UInt64Value;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.BucketId;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse.BucketAction;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaUsageReports;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.envoyproxy.envoy.type.v3.RateLimitStrategy.BlanketRule;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Envoy's quota protocol over real gRPC, against a real Redis Cluster and a real etcd. */
class QuotaProtocolTest extends EstateCases {
  private static final BucketId ACME = QuotaClient.bucket("acme");

  private static ManagedChannel channel;

  @BeforeAll
  static void start() {
    channel = QuotaClient.channel(estate);
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
  }

  @Test
  void theFirstReportGetsWhatIsChargedAlready() throws Exception {
    limited(leased(Sets.burst("all", 100), 4));

    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(ACME, 1, 0);
      var actions = envoy.next().getBucketActionList();

      assertThat(actions).extracting(BucketAction::getBucketId).containsExactly(ACME, ACME);
      assertThat(rule(actions.getFirst())).isEqualTo(BlanketRule.DENY_ALL);
      var assigned = actions.getLast().getQuotaAssignmentAction();
      var bucket = assigned.getRateLimitStrategy().getTokenBucket();
      assertThat(assigned.getAssignmentTimeToLive().getSeconds()).isBetween(1L, 3L);
      assertThat(assigned.getAssignmentTimeToLive().getNanos()).isZero();
      assertThat(bucket.getFillInterval().getSeconds()).isGreaterThan(3_600);
      // one by which the lease is known, and a sixteenth of what is left
      assertThat(bucket.getMaxTokens()).isEqualTo(1 + 99 / 16);
      assertThat(left("acme")).isLessThanOrEqualTo(100 - bucket.getMaxTokens());
    }
  }

  @Test
  void theNextAssignmentComesByItself() throws Exception {
    limited(leased(Sets.burst("all", 1_000), 2));

    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(ACME, 1, 0);
      long first = tokens(envoy.action());
      long second = tokens(envoy.action());

      assertThat(second).isPositive();
      assertThat(left("acme")).isLessThanOrEqualTo(1_000 - first - second);
    }
  }

  @Test
  void noMorePassesThanTheLimitSaysHoweverManyAsk() throws Exception {
    limited(leased(Sets.burst("all", 40), 2));
    var passed = new ArrayList<Long>();

    try (var one = QuotaClient.to(estate);
        var two = QuotaClient.to(estate)) {
      for (var envoy : List.of(one, two)) {
        var model = new EnvoyBucketModel();
        envoy.report(ACME, 0, 1);
        boolean assigned = true;
        while (assigned) {
          var response = envoy.next();
          model.apply(response);
          assigned = tokens(response.getBucketActionList().getLast()) > 0;
          for (int i = 0; i < 500; i++) {
            model.request();
          }
          var used = model.take();
          passed.add(used[0]);
          envoy.report(ACME, used[0], used[1]);
        }
      }
    }

    assertThat(passed.stream().mapToLong(p -> p).sum()).isEqualTo(40);
    assertThat(left("acme")).isZero();
  }

  @Test
  void reportsCountAsUse() throws Exception {
    var limit = leased(Sets.burst("all", 100), 4);
    estate.activate(epoch, Sets.of(Sets.tenant("counted", limit)));

    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(QuotaClient.bucket("counted"), 5, 2);
      var _ = envoy.next();
    }

    String all = "{\"allowed\":5,\"limit\":\"all\",\"refused\":2,\"tenant\":\"counted\"}";
    BoundedWait.until(
        "the use is counted",
        Estate.LONG,
        () -> estate.get("/v1/usage", Map.of()).body().contains(all));
  }

  @Test
  void aBucketUnderAnExactLimitIsDenied() throws Exception {
    limited(leased(Sets.burst("all", 100), 4), Sets.burst("other", 100));

    assertDenied(ACME, 10L);
  }

  @Test
  void aBucketThatGetsNoQuotaIsNotCharged() throws Exception {
    limited(leased(Sets.burst("all", 100), 4), Sets.burst("other", 100));
    assertDenied(ACME, 10L);
    assertThat(left("acme")).isEqualTo(100);

    epoch++;
    limited(leased(Sets.burst("all", 100), 1));
    assertDenied(ACME, 10L);
    assertThat(left("acme")).isEqualTo(100);
  }

  @Test
  void aBucketUnderAConcurrencyLimitIsDeniedAlsoByAPolicyThatAllowsWithoutRedis() throws Exception {
    var open = Sets.tenant("acme", BackendFailureMode.ALLOW, Sets.atOnce("places", 5));
    estate.activate(epoch, Sets.of(open));

    assertDenied(ACME, 10L);
    assertThat(left("acme")).as("no place is held").isEqualTo(5);
  }

  @Test
  void aConcurrencyLimitMayComeAndGo() throws Exception {
    var rate = leased(Sets.burst("all", 1_000), 2);
    estate.activate(epoch, Sets.of(Sets.tenant("acme", BackendFailureMode.ALLOW, rate)));

    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(ACME, 1, 0);
      assertThat(tokens(envoy.action())).isPositive();

      epoch++;
      var both = Sets.tenant("acme", BackendFailureMode.ALLOW, rate, Sets.atOnce("places", 5));
      estate.activate(epoch, Sets.of(both));
      var action = envoy.action();
      while (tokens(action) > 0) {
        action = envoy.action();
      }
      assertThat(rule(action)).isEqualTo(BlanketRule.DENY_ALL);
    }

    epoch++;
    estate.activate(epoch, Sets.of(Sets.tenant("acme", BackendFailureMode.ALLOW, rate)));
    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(ACME, 1, 0);
      assertThat(tokens(envoy.action())).isPositive();
    }
  }

  @Test
  void aLeaseBelowTwoSecondsGivesNoQuota() throws Exception {
    limited(leased(Sets.burst("all", 100), 1));

    assertDenied(ACME, 10L);
  }

  @Test
  void whatItCanNotUnderstandIsDenied() throws Exception {
    limited(leased(Sets.burst("all", 100), 4));

    assertDenied(QuotaClient.bucket("nobody"), 2L);
    assertDenied(ACME.toBuilder().putBucket("generic_key", "x").build(), 10L);
    assertDenied(ACME.toBuilder().removeBucket("dc_uri").build(), 10L);
    assertDenied(ACME.toBuilder().putBucket("dc_token", "x").build(), 10L);
  }

  @Test
  void whatIsChargedToAFixedWindowIsNotForTheNext() throws Exception {
    var window = Sets.fixedWindow("all", 100, Duration.ofSeconds(4));
    limited(leased(window, 10));

    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(ACME, 1, 0);
      var assigned = envoy.action().getQuotaAssignmentAction();

      assertThat(assigned.getAssignmentTimeToLive().getSeconds()).isLessThan(4);
    }
  }

  @Test
  void aTenantWithoutALimitPasses() throws Exception {
    limited();

    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(ACME, 1, 0);

      assertThat(rule(envoy.action())).isEqualTo(BlanketRule.ALLOW_ALL);
    }
  }

  @Test
  void withoutRedisPoliciesDecide() throws Exception {
    var limit = leased(Sets.burst("all", 9), 4);
    estate.activate(
        epoch,
        Sets.of(
            Sets.tenant("acme", BackendFailureMode.DENY, limit),
            Sets.tenant("open", BackendFailureMode.ALLOW, limit)));
    estate.redis().primaries().forEach(QuotaProtocolTest::forbidden);

    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(ACME, 1, 0);
      var closed = envoy.action();
      envoy.report(QuotaClient.bucket("open"), 1, 0);
      var open = envoy.action();
      estate.redis().primaries().forEach(QuotaProtocolTest::allowed);

      assertThat(rule(closed)).isEqualTo(BlanketRule.DENY_ALL);
      assertThat(rule(open)).isEqualTo(BlanketRule.ALLOW_ALL);
      assertThat(tokens(envoy.action())).as("once Redis is back").isPositive();
    } finally {
      estate.redis().primaries().forEach(QuotaProtocolTest::allowed);
    }
  }

  @Test
  void aNewEpochHoldsFromTheNextAssignmentOn() throws Exception {
    limited(leased(Sets.burst("all", 1_000), 2));

    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(ACME, 1, 0);
      assertThat(tokens(envoy.action())).isPositive();

      epoch++;
      limited(Sets.burst("all", 1_000));
      var action = envoy.action();
      while (tokens(action) > 0) {
        action = envoy.action();
      }

      assertThat(rule(action)).as("now it is exact").isEqualTo(BlanketRule.DENY_ALL);
    }
  }

  @Test
  void aMessageAgainstTheRulesEndsTheStream() throws Exception {
    limited(leased(Sets.burst("all", 100), 4));
    var good = reports("edge-1", ACME);

    assertThat(endOf(good.toBuilder().clearDomain().build()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(endOf(reports("x".repeat(300), ACME))).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(endOf(good, reports("edge-2", ACME))).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(endOf(good.toBuilder().clearBucketQuotaUsages().build()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(endOf(reports("edge-1", BucketId.getDefaultInstance())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(endOf(reports("edge-1", ACME.toBuilder().putBucket("x", "y".repeat(5_000)).build())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(endOf(good.toBuilder().addBucketQuotaUsages(QuotaClient.usage(ACME, -1, 0)).build()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(endOf(reports("x".repeat(1_100_000), ACME)))
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void aCompressedMessageEndsTheStream() throws Exception {
    try (var envoy = QuotaClient.compressing(estate)) {
      envoy.report(ACME, 1, 0);

      assertThat(envoy.ended().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }
  }

  @Test
  void anEnvoyThatSaysNoMoreIsLetGoWell() throws Exception {
    limited(leased(Sets.burst("all", 100), 4));

    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(ACME, 1, 0);
      var _ = envoy.next();
      envoy.halfClose();

      assertThat(envoy.ended()).isEqualTo(Status.OK);
    }
  }

  private static void limited(Limit... limits) {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", limits)));
  }

  static Limit leased(Limit limit, long seconds) {
    return limit.in(LimitPrecision.leased(Duration.ofSeconds(seconds)));
  }

  private static void assertDenied(BucketId bucket, Long... seconds) throws Exception {
    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(bucket, 1, 0);
      var action = envoy.action();

      assertThat(action.getBucketId()).isEqualTo(bucket);
      assertThat(rule(action)).isEqualTo(BlanketRule.DENY_ALL);
      assertThat(action.getQuotaAssignmentAction().getAssignmentTimeToLive().getSeconds())
          .isIn((Object[]) seconds);
    }
  }

  static BlanketRule rule(BucketAction action) {
    var strategy = action.getQuotaAssignmentAction().getRateLimitStrategy();
    assertThat(strategy.hasBlanketRule()).as("%s", action).isTrue();
    return strategy.getBlanketRule();
  }

  /** 0 where it is no token bucket. */
  static long tokens(BucketAction action) {
    return action.getQuotaAssignmentAction().getRateLimitStrategy().getTokenBucket().getMaxTokens();
  }

  /** What Redis says that is left, without a charge. */
  private static long left(String tenant) {
    var descriptor = RateLimitDescriptor.newBuilder().setHitsAddend(UInt64Value.of(0));
    QuotaClient.bucket(tenant)
        .getBucketMap()
        .forEach((k, v) -> descriptor.addEntries(Entry.newBuilder().setKey(k).setValue(v)));
    return RateLimitServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .shouldRateLimit(
            RateLimitRequest.newBuilder().setDomain("edge-1").addDescriptors(descriptor).build())
        .getStatuses(0)
        .getLimitRemaining();
  }

  static RateLimitQuotaUsageReports reports(String domain, BucketId bucket) {
    return RateLimitQuotaUsageReports.newBuilder()
        .setDomain(domain)
        .addBucketQuotaUsages(QuotaClient.usage(bucket, 1, 0))
        .build();
  }

  private static Status.Code endOf(RateLimitQuotaUsageReports... messages) throws Exception {
    try (var envoy = QuotaClient.to(estate)) {
      for (var message : messages) {
        envoy.send(message);
      }
      return envoy.ended().getCode();
    }
  }

  /** The service's user may no longer call anything. */
  private static void forbidden(HostPort node) {
    Estate.onNode(node, redis -> redis.aclSetUser("default", "-eval", "-fcall"));
  }

  private static void allowed(HostPort node) {
    Estate.onNode(node, redis -> redis.aclSetUser("default", "+@all"));
  }
}
