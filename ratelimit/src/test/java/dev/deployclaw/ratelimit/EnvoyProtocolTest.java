package dev.deployclaw.ratelimit;

import static dev.deployclaw.ratelimit.EnvoyClient.descriptor;
import static dev.deployclaw.ratelimit.EnvoyClient.headers;
import static dev.deployclaw.ratelimit.EnvoyClient.request;
import static dev.deployclaw.ratelimit.EnvoyClient.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.UInt64Value;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.wire.ServiceUsage.Count;
import dev.deployclaw.testkit.network.HostPort;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Envoy's protocol over real gRPC, against a real Redis Cluster and a real etcd. */
class EnvoyProtocolTest extends EstateCases {
  @AutoClose private static EnvoyClient envoy;

  @BeforeAll
  static void start() {
    envoy = new EnvoyClient(estate.grpcPort());
  }

  @Test
  void answersEachDescriptorWithWhatIsLeft() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));

    var first = ask(request(descriptor("acme")));
    ask(request(descriptor("acme")));
    ask(request(descriptor("acme")));
    var over = ask(request(descriptor("acme")));

    assertThat(first.getOverallCode()).isEqualTo(Code.OK);
    var status = first.getStatuses(0);
    assertThat(status.getLimitRemaining()).isEqualTo(2);
    assertThat(status.getCurrentLimit().getName()).isEqualTo("all");
    assertThat(status.getCurrentLimit().getUnit()).isEqualTo(RateLimitResponse.RateLimit.Unit.DAY);
    assertThat(status.getDurationUntilReset().getSeconds()).isBetween(86_000L, 86_400L);
    assertThat(over.getOverallCode()).isEqualTo(Code.OVER_LIMIT);
    assertThat(over.getStatuses(0).getCode()).isEqualTo(Code.OVER_LIMIT);
    assertThat(headers(over)).containsKeys("Retry-After", "RateLimit", "X-RateLimit-Remaining");
    assertThat(headers(over)).doesNotContainKeys("X-DC-Rule", "X-DC-Tenant");
  }

  @Test
  void tellsTheUpstreamWhoseRequestItIs() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));

    var answer = ask(request(descriptor("acme")));

    assertThat(answer.getRequestHeadersToAddList())
        .extracting(h -> h.getKey() + "=" + h.getValue())
        .containsExactly("X-DC-Tenant=acme");
  }

  @Test
  void takesTheAddendWholeOrNotAtAll() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 10))));

    var four = ask(request(descriptor("acme")).toBuilder().setHitsAddend(4).build());
    var seven = ask(request(descriptor("acme")).toBuilder().setHitsAddend(7).build());
    var six = ask(request(adding(descriptor("acme"), 6)).toBuilder().setHitsAddend(99).build());

    assertThat(four.getStatuses(0).getLimitRemaining()).isEqualTo(6);
    assertThat(seven.getOverallCode()).isEqualTo(Code.OVER_LIMIT);
    assertThat(seven.getStatuses(0).getLimitRemaining()).isEqualTo(6);
    assertThat(six.getOverallCode()).isEqualTo(Code.OK);
    assertThat(six.getStatuses(0).getLimitRemaining()).isZero();
  }

  @Test
  void anAddendOfNothingAsksWithoutACharge() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 1))));

    var before = ask(request(adding(descriptor("acme"), 0)));
    var again = ask(request(adding(descriptor("acme"), 0)));
    ask(request(descriptor("acme")));
    var after = ask(request(adding(descriptor("acme"), 0)));

    assertThat(before.getOverallCode()).isEqualTo(Code.OK);
    assertThat(again.getStatuses(0).getLimitRemaining()).isEqualTo(1);
    assertThat(after.getOverallCode()).isEqualTo(Code.OVER_LIMIT);
  }

  @Test
  void behindOneThatIsOverNoneIsCharged() {
    estate.activate(
        epoch,
        Sets.of(
            Sets.tenant("acme", Sets.burst("all", 1)),
            Sets.tenant("umbrella", Sets.burst("all", 5))));
    ask(request(descriptor("acme")));

    var both = ask(request(descriptor("acme"), descriptor("umbrella")));

    assertThat(both.getOverallCode()).isEqualTo(Code.OVER_LIMIT);
    assertThat(both.getStatusesList())
        .extracting(s -> s.getCode())
        .containsExactly(Code.OVER_LIMIT, Code.OK);
    assertThat(both.getStatuses(1).getLimitRemaining()).isEqualTo(5);
  }

  @Test
  void aLeasedLimitIsSpentFromMemoryAndNeverExceeded() throws Exception {
    long limit = 400;
    var ahead = Sets.leased(LimitAlgorithm.GCRA, limit, LimitPrecision.LONGEST_LEASE);
    estate.activate(epoch, Sets.of(Sets.tenant("leased", ahead)));

    long first = LeasedLoad.untilInHand(estate, estate.port(), () -> passes("leased"));
    long rest = LeasedLoad.admittedOf(2 * limit, List.of(() -> passes("leased")));
    var beyond = ask(request(descriptor("leased")));

    var usage = estate.usage(estate.port());
    assertThat(estate.leases().fromMemory()).isPositive();
    assertThat(usage.limits())
        .filteredOn(count -> count.tenant().equals("leased"))
        .extracting(Count::allowed)
        .containsExactly(first + rest);
    assertThat(first + rest).isBetween(1L, limit);
    assertThat(beyond.getOverallCode()).as("the limit is reached").isEqualTo(Code.OVER_LIMIT);
  }

  @Test
  void countsHeadersApart() {
    var limit = Sets.burst("all", 1, new CounterKeyPart.Header("x-plan"));
    estate.activate(epoch, Sets.of(Sets.tenant("acme", limit)));

    var gold = ask(request(with(descriptor("acme"), "dc_header.x-plan", "gold")));
    var silver = ask(request(with(descriptor("acme"), "dc_header.x-plan", "silver")));
    var again = ask(request(with(descriptor("acme"), "dc_header.x-plan", "gold")));

    assertThat(gold.getOverallCode()).isEqualTo(Code.OK);
    assertThat(silver.getOverallCode()).isEqualTo(Code.OK);
    assertThat(again.getOverallCode()).isEqualTo(Code.OVER_LIMIT);
  }

  @Test
  void aStrangerIsOverTheLimit() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 1))));

    assertThat(ask(request(descriptor("nobody"))).getOverallCode()).isEqualTo(Code.OVER_LIMIT);
    assertThat(
            ask(request(descriptor("acme")).toBuilder().setDomain("other").build())
                .getOverallCode())
        .isEqualTo(Code.OVER_LIMIT);
  }

  @Test
  void whatItCanNotUnderstandIsAnErrorAndNeverAPass() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 1))));
    var limited =
        descriptor("acme").toBuilder()
            .setLimit(RateLimitDescriptor.RateLimitOverride.newBuilder().setRequestsPerUnit(9))
            .build();

    assertThat(error(request())).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(error(request(RateLimitDescriptor.getDefaultInstance())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(error(request(with(descriptor("acme"), "generic_key", "x"))))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(error(request(limited))).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(error(request(descriptor("acme")).toBuilder().setDomain("").build()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(error(request(adding(descriptor("acme"), -1))))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void withoutRedisPoliciesDecideWhetherItIsAnError() {
    estate.activate(
        epoch,
        Sets.of(
            Sets.tenant("acme", BackendFailureMode.DENY, Sets.burst("all", 9)),
            Sets.tenant("open", BackendFailureMode.ALLOW, Sets.burst("all", 9))));
    estate.redis().primaries().forEach(node -> Estate.onNode(node, Jedis::functionFlush));
    estate.redis().primaries().forEach(EnvoyProtocolTest::pausedScripts);

    assertThat(error(request(descriptor("acme")))).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(ask(request(descriptor("open"))).getOverallCode()).isEqualTo(Code.OK);
    estate.redis().primaries().forEach(EnvoyProtocolTest::resumed);
  }

  /** The service's user may no longer call anything. */
  private static void pausedScripts(HostPort node) {
    Estate.onNode(node, redis -> redis.aclSetUser("default", "-eval", "-fcall"));
  }

  private static void resumed(HostPort node) {
    Estate.onNode(node, redis -> redis.aclSetUser("default", "+@all"));
  }

  private static boolean passes(String tenant) {
    return ask(request(descriptor(tenant))).getOverallCode() == Code.OK;
  }

  private static RateLimitResponse ask(RateLimitRequest request) {
    return envoy.ask(request);
  }

  private static Status.Code error(RateLimitRequest request) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> ask(request))
        .getStatus()
        .getCode();
  }

  private static RateLimitDescriptor adding(RateLimitDescriptor to, long hits) {
    return to.toBuilder().setHitsAddend(UInt64Value.of(hits)).build();
  }
}
