package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.testkit.Slow;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services as processes, one of which is killed with leases in hand, before a real cluster. */
@Slow(
    guard = "dev.deployclaw.ratelimit.LeasedLimitsTest#whatAKilledServiceHadInHandIsLost",
    because = "it starts a cluster, and services as processes")
class ServiceKillTest {
  private static final String TENANT = "acme";

  /** In so long a window that nothing of it comes back while no clock is changed. */
  private static final long REQUESTS = 400;

  @TempDir Path folder;

  @Test
  void whatAKilledProcessHeldIsLostUntilItsLimitGivesItBack() throws Exception {
    var ahead = Sets.leased(LimitAlgorithm.TOKEN_BUCKET, REQUESTS, LimitPrecision.LONGEST_LEASE);
    try (var estate = Estate.ofClocks(folder)) {
      estate.activate(1, Sets.of(Sets.tenant(TENANT, ahead)));
      try (var killed = KillableService.start(estate, folder.resolve("killed"));
          var other = KillableService.start(estate, folder.resolve("other"))) {
        var asked = new Asked(estate);
        long before =
            LeasedLoad.untilInHand(estate, killed.port(), () -> asked.isAdmitted(killed.port()));
        long held = leases(estate, killed).inHand();

        killed.kill();
        long after = asked.untilRefused(List.of(other.port()));
        killed.restart();
        var again = asked.decide(killed.port());

        long unspent = leases(estate, other).inHand() + leases(estate, other).lapsed();
        assertThat(held).isPositive();
        assertThat(before + after)
            .as("each caller may have had one late answer, which is charged")
            .isBetween(REQUESTS - held - unspent - LeasedLoad.CALLERS, REQUESTS - held);
        assertThat(isRefused(again)).as("a new process begins without units").isTrue();

        moveClock(estate);
        long first =
            LeasedLoad.until(
                "the bucket is full again",
                () -> asked.decide(other.port()),
                ServiceKillTest::isAdmitted,
                ServiceKillTest::isAdmitted);
        long later = asked.untilRefused(List.of(other.port(), killed.port()));

        assertThat(first + later).isBetween(REQUESTS - LeasedLoad.CALLERS, REQUESTS);
      }
    }
  }

  /** Requests of the tenant to any service. */
  private record Asked(Estate estate) {
    HttpResponse<String> decide(int port) {
      return estate.get(port, "/v1/decide", Estate.question(TENANT, "/", Map.of()));
    }

    boolean isAdmitted(int port) {
      return ServiceKillTest.isAdmitted(decide(port));
    }

    /** More than the limit of many at once, then one after the other; answers the admitted. */
    long untilRefused(List<Integer> ports) throws Exception {
      var callers = ports.stream().map(port -> (BooleanSupplier) () -> isAdmitted(port)).toList();
      long admitted = LeasedLoad.admittedOf(2 * REQUESTS, callers);
      for (int port : ports) {
        admitted +=
            LeasedLoad.until(
                "the limit is reached",
                () -> decide(port),
                ServiceKillTest::isAdmitted,
                ServiceKillTest::isRefused);
      }
      return admitted;
    }
  }

  /** Puts that of the limit's node ahead by the limit's window. */
  private static void moveClock(Estate estate) {
    var node = estate.primaryOf(RedisKeyLayout.policyKey(TENANT, TENANT));
    estate.redis().node(node).clock().set(Limit.LONGEST_WINDOW);
  }

  private static boolean isAdmitted(HttpResponse<String> answer) {
    return answer.statusCode() == 204;
  }

  /** By the limit, not for want of Redis. */
  private static boolean isRefused(HttpResponse<String> answer) {
    return answer.statusCode() == 403
        && answer.headers().firstValue(DecideHeaders.EPOCH).isPresent();
  }

  private static ServiceUsage.Leases leases(Estate estate, KillableService service) {
    return estate.usage(service.port()).leases().orElseThrow();
  }
}
