package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.policy.wire.ServiceStatus.Asked;
import dev.deployclaw.policy.wire.ServiceStatus.Held;
import dev.deployclaw.testkit.Slow;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** The service against a real Redis Cluster and a real etcd. Epochs grow from test to test. */
class RateLimitServiceTest extends EstateCases {
  @Test
  void admitsTheBurstAndTellsTheClientWhenToComeBack() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));

    var first = decide("acme", "/pay/now");
    decide("acme", "/");
    decide("acme", "/");
    var refused = decide("acme", "/pay/now");

    assertThat(first.statusCode()).isEqualTo(204);
    assertThat(header(first, DecideHeaders.RATE_LIMIT_POLICY)).isEqualTo("\"all\";q=1;w=86400");
    assertThat(header(first, DecideHeaders.RATE_LIMIT)).isEqualTo("\"all\";r=2;t=86400");
    assertThat(header(first, DecideHeaders.EPOCH)).isEqualTo(Long.toString(epoch));
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(Long.parseLong(header(refused, DecideHeaders.RETRY_AFTER)))
        .isBetween(86_000L, 86_400L);
  }

  @Test
  void busyCounterAdmitsExactlyItsBurst() throws Exception {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 137))));

    var admitted = decideAtOnce(400, "acme");

    assertThat(admitted).isEqualTo(137);
  }

  @Test
  void switchesWithRedisAndKeepsTheCounters() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));
    int before = admittedOf(5);

    var next = estate.stage(++epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 5))));
    int staged = admittedOf(5);
    estate.commit(next);
    int committed = admittedOf(5);
    estate.flip(next);
    int published = admittedOf(5);

    assertThat(List.of(before, staged, committed, published)).containsExactly(3, 0, 0, 2);
    assertThat(header(decide("acme", "/"), DecideHeaders.EPOCH)).isEqualTo(Long.toString(epoch));
  }

  /** Each decision compares views, which costs next to nothing for the same one. */
  @Test
  void theViewStaysTheSameWhereNothingChanged() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));

    var settled = estate.feed().refreshed().join();

    assertThat(estate.feed().refreshed().join()).isSameAs(settled);
  }

  @Test
  void statusSaysWhatIsHeldAndWhatIsDecidedBy() {
    var first = estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));
    var agreed = estate.status();
    var next = estate.stage(++epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 4))));
    estate.commit(next);
    estate.load(estate.redis().primaries().getFirst(), next);
    var torn = estate.status();
    estate.flip(next);

    assertThat(agreed.redis()).isEqualTo(ServiceStatus.OK);
    assertThat(agreed.decided()).contains(new Held(first.epoch(), first.digest()));
    assertThat(torn.epochs())
        .contains(new Held(first.epoch(), first.digest()), new Held(next.epoch(), next.digest()));
    assertThat(torn.decided()).isEmpty();
    assertThat(torn.differing())
        .hasSize(3)
        .anyMatch(
            d -> d.startsWith(estate.redis().primaries().getFirst() + " is at epoch " + epoch));
    assertThat(estate.status().decided()).contains(new Held(next.epoch(), next.digest()));
  }

  @Test
  void isReadyOnceItKnowsWhatIsCommittedAndStaysSo() {
    dev.deployclaw.testkit.BoundedWait.until("etcd was read", Estate.LONG, () -> ready() == 200);
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));

    assertThat(ready()).isEqualTo(200);
  }

  @Test
  void statusSaysWhomItAsksByNodeIds() {
    var cluster = estate.redis();

    var asks = estate.status().asks();

    assertThat(asks)
        .containsExactlyInAnyOrderElementsOf(
            cluster.primaries().stream()
                .map(p -> new Asked(p.toString(), cluster.node(p).call("CLUSTER", "MYID")))
                .toList());
  }

  @Test
  void loadsAnEpochThatRedisIsAheadWith() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));
    var next = estate.write(++epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 4))));

    estate.flip(next);

    assertThat(admittedOf(9)).isEqualTo(4);
  }

  @Test
  void followsATenantIntoAGroup() {
    var alone = Sets.tenant("acme", Sets.burst("all", 3));
    estate.activate(epoch, Sets.of(alone));
    var next =
        estate.stage(
            ++epoch,
            Sets.of(Sets.child(alone, "group"), Sets.tenant("group", Sets.burst("all", 2))));
    estate.commit(next);
    int committed = admittedOf(9);

    estate.flip(next);

    assertThat(committed).isEqualTo(3);
    assertThat(admittedOf(9)).isEqualTo(2);
    assertThat(header(decide("acme", "/"), DecideHeaders.RATE_LIMIT_POLICY))
        .isEqualTo("\"all\";q=1;w=86400, \"group/all\";q=1;w=86400");
  }

  @Test
  void decidesOnWithoutWhatWasStaged() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));
    String staged = RedisKeyLayout.policyKey("acme", "acme");
    estate.at(staged, node -> node.del(staged));

    assertThat(admittedOf(5)).isEqualTo(3);
  }

  @Test
  void decidesOnWithoutTheLibrary() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));
    admittedOf(1);
    estate.redis().primaries().forEach(node -> Estate.onNode(node, Jedis::functionFlush));

    assertThat(admittedOf(5)).isEqualTo(2);
    assertThat(estate.status().decided()).isEmpty();
    assertThat(estate.status().differing()).hasSize(3).allMatch(d -> d.endsWith("no library"));
  }

  @Test
  void servesOnWhileEtcdIsDown() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));
    estate.etcd().daemon().kill();

    int without = admittedOf(2);
    estate.etcd().restart();
    estate.activate(++epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 6))));

    assertThat(without).isEqualTo(2);
    assertThat(admittedOf(9)).isEqualTo(4);
  }

  @Slow(
      guard = "dev.deployclaw.ratelimit.FailoverTest",
      because = "it waits until a service gives Redis up")
  @Test
  void limitSaysWhatHappensWhileRedisIsDown() {
    estate.activate(
        epoch,
        Sets.of(
            Sets.tenant("open", BackendFailureMode.ALLOW, Sets.burst("all", 1)),
            Sets.tenant("shut", BackendFailureMode.DENY, Sets.burst("all", 1)),
            Sets.tenant("gone", BackendFailureMode.ALLOW, Sets.burst("all", 1)).withBlocked(true)));
    estate.redis().nodes().forEach(estate.redis()::pause);

    var open = decide("open", "/");
    var shut = decide("shut", "/");
    var gone = decide("gone", "/");
    var status = estate.status();
    resumeRedis();

    assertThat(open.statusCode()).isEqualTo(204);
    assertThat(header(open, DecideHeaders.FAILURE)).isNotEmpty();
    assertThat(shut.statusCode()).isEqualTo(403);
    assertThat(header(shut, DecideHeaders.RETRY_AFTER)).isEqualTo("1");
    assertThat(gone.statusCode()).isEqualTo(403);
    assertThat(status.redis()).isNotEqualTo(ServiceStatus.OK);
    dev.deployclaw.testkit.BoundedWait.until(
        "Redis is asked again",
        Estate.LONG,
        () -> estate.status().redis().equals(ServiceStatus.OK));
  }

  @Test
  void keysAndTenantsCountApart() {
    estate.activate(
        epoch,
        Sets.of(
            Sets.tenant("acme", Sets.burst("all", 1, new CounterKeyPart.Header("x-api-key"))),
            Sets.tenant("globex", Sets.burst("all", 1))));

    var headers = new ArrayList<Integer>();
    for (var key : List.of("a", "a:b", "a", "b")) {
      headers.add(
          estate
              .get("/v1/decide", Estate.question("acme", "/", Map.of("x-api-key", key)))
              .statusCode());
    }

    assertThat(headers).containsExactly(204, 204, 403, 204);
    assertThat(decide("globex", "/").statusCode()).isEqualTo(204);
  }

  @Test
  void strangersFallUnderTheDefaultPolicyOrAreRefused() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 9))));
    var before = decide("nobody", "/");
    estate.activate(
        ++epoch,
        Sets.of(
            Sets.tenant("acme", Sets.burst("all", 9)),
            Sets.tenant("default", Sets.burst("all", 1))));
    var first = decide("nobody", "/");
    var second = decide("somebody", "/");

    assertThat(before.statusCode()).isEqualTo(403);
    assertThat(header(before, DecideHeaders.FAILURE)).isEqualTo("unknown-tenant");
    assertThat(first.statusCode()).isEqualTo(204);
    assertThat(second.statusCode()).isEqualTo(403);
  }

  @Test
  void nothingIsRefusedOnceNothingIsManaged() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 1))));
    var unmanaged = estate.stage(++epoch, PolicySet.EMPTY);
    estate.commit(unmanaged);
    int committed = admittedOf(3);

    estate.flip(unmanaged);

    assertThat(committed).isEqualTo(1);
    assertThat(admittedOf(3)).isEqualTo(3);
  }

  @Test
  void decidesOnWhereAChangeNeverCameWhileItIsPutBack() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));
    var failed = estate.stage(++epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 5))));
    estate.commit(failed);
    var back = estate.stage(++epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));
    estate.commitBack(back, epoch - 2);

    int committed = admittedOf(2);
    estate.flip(back);

    assertThat(committed).isEqualTo(2);
    assertThat(admittedOf(5)).isEqualTo(1);
  }

  @Test
  void anOpenChangeHasNoSayWhileRedisIsDown() {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 1))));
    estate.stage(
        ++epoch,
        Sets.of(
            Sets.tenant("acme", Sets.burst("all", 1)),
            Sets.tenant("newcomer", BackendFailureMode.ALLOW, Sets.burst("all", 1))));
    estate.redis().nodes().forEach(estate.redis()::pause);

    var newcomer = decide("newcomer", "/");
    resumeRedis();

    assertThat(newcomer.statusCode()).isEqualTo(403);
    assertThat(header(newcomer, DecideHeaders.FAILURE)).isEqualTo("unknown-tenant");
    dev.deployclaw.testkit.BoundedWait.until(
        "Redis is asked again",
        Estate.LONG,
        () -> estate.status().redis().equals(ServiceStatus.OK));
  }

  /** Nodes that were paused for longer than the others wait are taken back after a while. */
  private static void resumeRedis() {
    estate.redis().nodes().forEach(estate.redis()::resume);
    estate.redis().awaitWhole(Estate.LONG);
  }

  private static HttpResponse<String> decide(String tenant, String uri) {
    return estate.get("/v1/decide", Estate.question(tenant, uri, Map.of()));
  }

  private static int admittedOf(int requests) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      admitted += decide("acme", "/pay/now").statusCode() == 204 ? 1 : 0;
    }
    return admitted;
  }

  private static long decideAtOnce(int requests, String tenant) throws Exception {
    Callable<Integer> one = () -> decide(tenant, "/").statusCode();
    try (var threads = Executors.newFixedThreadPool(32)) {
      long admitted = 0;
      for (var done : threads.invokeAll(java.util.Collections.nCopies(requests, one))) {
        admitted += done.get() == 204 ? 1 : 0;
      }
      return admitted;
    }
  }

  private static int ready() {
    return estate.get("/readyz", Map.of()).statusCode();
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
