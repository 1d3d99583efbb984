package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.policy.wire.ServiceStatus.Asked;
import dev.deployclaw.policy.wire.ServiceStatus.Held;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.ratelimit.StatusReport.LoopView;
import dev.deployclaw.ratelimit.redis.RedisUnavailableException;
import dev.deployclaw.ratelimit.redis.RespReply;
import dev.deployclaw.ratelimit.redis.ShardRouter.Polled;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the agent is told of a service holds for each of its event loops. */
class StatusReportTest {
  private static final Held OLD = new Held(1, "old");
  private static final Held NEW = new Held(2, "new");
  private static final List<Held> BOTH = List.of(OLD, NEW);

  @Test
  void loopsThatSeeTheSameSayWhatOneSays() {
    var one = seeing(BOTH, "n1", says(NEW));

    var status = StatusReport.of(List.of(one, one, one));

    assertThat(status).isEqualTo(StatusReport.of(List.of(one)));
    assertThat(status.redis()).isEqualTo(ServiceStatus.OK);
    assertThat(status.decided()).contains(NEW);
    assertThat(status.asks()).containsExactly(new Asked("n1", "id-n1"));
  }

  @Test
  void anEpochIsHeldOnceEveryLoopHoldsIt() {
    var early = seeing(BOTH, "n1", says(OLD));
    var late = seeing(List.of(OLD), "n1", says(OLD));

    assertThat(StatusReport.of(List.of(early, late)).epochs()).containsExactly(OLD);
    assertThat(StatusReport.of(List.of(late, early)).epochs()).containsExactly(OLD);
  }

  @Test
  void anEpochDecidesOnceEveryLoopIsToldSo() {
    var early = seeing(BOTH, "n1", says(NEW));
    var late = seeing(BOTH, "n1", says(OLD));

    var status = StatusReport.of(List.of(early, early, late));

    assertThat(status.decided()).isEmpty();
    assertThat(status.differing())
        .containsExactly("n1 is at epoch 2, digest new", "n1 is at epoch 1, digest old");
  }

  @Test
  void aLoopThatCantAskIsTroubleOfTheService() {
    var well = seeing(BOTH, "n1", says(NEW));
    var lost = Future.<RespReply>failedFuture(new RedisUnavailableException("n1 is closed"));
    var none = new LoopView(BOTH, Optional.empty(), "none is known");

    var broken = StatusReport.of(List.of(well, seeing(BOTH, "n1", lost)));
    var blind = StatusReport.of(List.of(well, none));

    assertThat(broken.redis()).isEqualTo("n1 is closed");
    assertThat(broken.decided()).isEmpty();
    assertThat(blind.redis()).isEqualTo("none is known");
    assertThat(blind.decided()).isEmpty();
  }

  @Test
  void eachNodeThatSomeLoopAsksIsNamed() {
    var status =
        StatusReport.of(List.of(seeing(BOTH, "n1", says(NEW)), seeing(BOTH, "n2", says(NEW))));

    assertThat(status.asks()).containsExactly(new Asked("n1", "id-n1"), new Asked("n2", "id-n2"));
  }

  @Test
  void usageIsTheSumOfAllLoops() {
    var leases = new ServiceUsage.Leases(1, 2, 3, 4, 5);
    var one = usage("t0", count("a", "x", 1, 2), Optional.of(leases));
    var other = usage("t1", count("a", "x", 10, 20), Optional.of(leases));
    var idle = usage("t2", count("b", "x", 5, 0), Optional.empty());

    var sum = UsageReport.of(List.of(idle, one, other));

    assertThat(sum.since()).isEqualTo("t2");
    assertThat(sum.limits())
        .containsExactlyInAnyOrder(count("a", "x", 11, 22), count("b", "x", 5, 0));
    assertThat(sum.leases()).contains(new ServiceUsage.Leases(2, 4, 6, 8, 10));
    assertThat(UsageReport.of(List.of(one))).isEqualTo(one);
  }

  private static ServiceUsage usage(
      String since, ServiceUsage.Count count, Optional<ServiceUsage.Leases> leases) {
    return new ServiceUsage(since, List.of(count), leases);
  }

  private static ServiceUsage.Count count(String tenant, String limit, long allowed, long refused) {
    return new ServiceUsage.Count(tenant, limit, allowed, refused);
  }

  private static LoopView seeing(List<Held> held, String node, Future<RespReply> answer) {
    var ids = new TreeMap<>(Map.of(node, "id-" + node));
    return new LoopView(held, Optional.of(new Polled(true, ids, Map.of(node, answer))), "");
  }

  private static Future<RespReply> says(Held by) {
    return Future.succeededFuture(
        new RespReply.Items(
            List.of(new RespReply.Whole(by.epoch()), new RespReply.Text(by.digest()))));
  }
}
