package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.BucketId;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** The bounds of Envoy's quota protocol: many buckets, many reports, many streams, deaf Envoys. */
@Slow(
    guard = "dev.deployclaw.ratelimit.envoy.QuotaBucketTest",
    because = "it waits until bounds are reached")
class QuotaFloodTest extends EstateCases {
  private static final BucketId ACME = QuotaClient.bucket("acme");

  @Test
  void theBucketThatWasSilentForLongestGivesPlace() throws Exception {
    var each = Sets.burst("all", 100, new CounterKeyPart.ClientAddress());
    limited(QuotaProtocolTest.leased(each, 10));

    try (var envoy = QuotaClient.to(estate)) {
      for (int i = 0; i <= 2_000; i++) {
        envoy.report(QuotaClient.bucket("acme", "10.0." + i / 250 + "." + i % 250), 1, 0);
      }
      var abandoned = envoy.action();
      while (!abandoned.hasAbandonAction()) {
        abandoned = envoy.action();
      }

      assertThat(abandoned.getBucketId()).isEqualTo(QuotaClient.bucket("acme", "10.0.0.0"));
      envoy.report(QuotaClient.bucket("acme", "10.0.0.0"), 1, 0);
      var again = envoy.action();
      while (!again.getBucketId().equals(abandoned.getBucketId())) {
        again = envoy.action();
      }
      assertThat(QuotaProtocolTest.tokens(again)).as("it may come again").isPositive();
    }
  }

  @Test
  void oneThatReadsLateGetsAll() throws Exception {
    var each = Sets.burst("all", 100, new CounterKeyPart.ClientAddress());
    limited(QuotaProtocolTest.leased(each, 10));

    try (var envoy = QuotaClient.deaf(estate)) {
      for (int i = 0; i < 1_500; i++) {
        envoy.report(QuotaClient.bucket("acme", "10.0." + i / 250 + "." + i % 250), 1, 0);
      }
      BoundedWait.until("it was charged for some", Estate.LONG, () -> keys() > 0);
      envoy.read(Integer.MAX_VALUE);

      var served = new HashSet<BucketId>();
      while (served.size() < 1_500) {
        served.add(envoy.action().getBucketId());
      }
      assertThat(envoy.isOpen()).isTrue();
    }
  }

  @Test
  void aFloodOfReportsEndsTheStream() throws Exception {
    limited(QuotaProtocolTest.leased(Sets.burst("all", 100), 4));

    var flood = QuotaProtocolTest.reports("edge-1", ACME).toBuilder();
    for (int i = 0; i < 1_000; i++) {
      flood.addBucketQuotaUsages(QuotaClient.usage(ACME, 1, 0));
    }
    try (var envoy = QuotaClient.to(estate)) {
      for (int i = 0; i < 5_000 && envoy.isOpen(); i++) {
        envoy.send(flood.build());
      }

      assertThat(envoy.ended().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }
  }

  @Test
  void oneThatNeverReadsIsLeft() throws Exception {
    var each = Sets.burst("all", 100, new CounterKeyPart.ClientAddress());
    var limit = QuotaProtocolTest.leased(each, 10);
    estate.activate(++epoch, Sets.of(Sets.tenant("deaf", limit)));

    try (var envoy = QuotaClient.deaf(estate)) {
      for (int i = 0; i < 2_000; i++) {
        envoy.report(QuotaClient.bucket("deaf", "10.0." + i / 250 + "." + i % 250), 1, 0);
      }
      String all = "{\"allowed\":2000,\"limit\":\"all\",\"refused\":0,\"tenant\":\"deaf\"}";
      BoundedWait.until(
          "all use is counted, since the stream is left",
          Estate.LONG,
          () -> estate.get("/v1/usage", Map.of()).body().contains(all));
      envoy.read(Integer.MAX_VALUE);

      assertThat(envoy.ended().getCode()).isEqualTo(Status.Code.CANCELLED);
    }
  }

  @Test
  void aBucketWithoutRequestsIsAbandoned() throws Exception {
    limited(QuotaProtocolTest.leased(Sets.burst("all", 1_000), 10));

    try (var envoy = QuotaClient.to(estate)) {
      envoy.report(ACME, 1, 0);
      var action = envoy.action();
      while (!action.hasAbandonAction()) {
        action = envoy.action();
      }

      assertThat(action.getBucketId()).isEqualTo(ACME);
      assertThat(envoy.isOpen()).isTrue();
    }
  }

  @Test
  void aStreamTooManyIsRefusedAndThereIsRoomAgain() throws Exception {
    limited(QuotaProtocolTest.leased(Sets.burst("all", 10_000), 10));
    List<QuotaClient> all = new ArrayList<>();

    try {
      for (int i = 0; i < 1_000; i++) {
        var envoy = all.size() < 10 ? QuotaClient.to(estate) : all.get(i % 10).another();
        all.add(envoy);
        envoy.report(ACME, 1, 0);
        var _ = envoy.next();
      }
      try (var more = QuotaClient.to(estate)) {
        assertThat(more.ended().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      }
      all.getLast().halfClose();
      assertThat(all.getLast().ended()).isEqualTo(Status.OK);
      try (var again = QuotaClient.to(estate)) {
        again.report(ACME, 1, 0);
        assertThat(again.next().getBucketActionList()).isNotEmpty();
      }
    } finally {
      all.forEach(QuotaClient::close);
    }
  }

  private static void limited(Limit... limits) {
    estate.activate(++epoch, Sets.of(Sets.tenant("acme", limits)));
  }

  private static long keys() {
    return estate.redis().primaries().stream()
        .mapToLong(node -> {
          try (var jedis = new Jedis(node.host(), node.port())) {
            return jedis.dbSize();
          }
        })
        .sum();
  }
}
