package dev.deployclaw.executors.redis;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.testkit.network.HostPort;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisOutageTest {
  @TempDir Path folder;
  @AutoClose private ClusterFixture redis;

  @BeforeEach
  void start() {
    redis = ClusterFixture.start(folder);
  }

  @Test
  void namesTheNodeThatIsGone() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new ExecutorCall.Stage(activation));
    HostPort dead = redis.cluster.primaries().getFirst();

    redis.cluster.kill(dead);
    var votes = redis.reports(new ExecutorCall.Prepare(activation));

    assertThat(votes)
        .filteredOn(v -> v.member().equals("redis/" + dead))
        .singleElement()
        .extracting(MemberReport::answer)
        .isEqualTo(MemberReport.Answer.UNKNOWN);
  }

  @Test
  void aWipedReplicaVotesNo() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new ExecutorCall.Stage(activation));
    redis.reports(new ExecutorCall.Prepare(activation));
    HostPort replica = redis.cluster.replicas().getFirst();
    HostPort primary = redis.cluster.primaries().getFirst();

    // A replica that follows nobody can be emptied; the cluster still lists it as one.
    redis.command(replica, "CONFIG SET", "replica-read-only", "no");
    redis.command(replica, "FLUSHALL");
    var votes = redis.reports(new ExecutorCall.Prepare(activation));

    assertThat(votes)
        .filteredOn(v -> v.member().equals("redis/" + replica))
        .singleElement()
        .satisfies(v -> assertThat(v.answer()).isEqualTo(MemberReport.Answer.NO))
        .satisfies(v -> assertThat(v.reason()).contains("nothing instead of"));
    assertThat(votes)
        .filteredOn(v -> v.member().equals("redis/" + primary))
        .singleElement()
        .extracting(MemberReport::answer)
        .isEqualTo(MemberReport.Answer.YES);
  }

  @Test
  void nobodyVotesOrHasConvergedWhileASlotHasNoOwner() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    String tenant = activation.set().tenants().firstKey();
    String slot = "" + RedisKeyLayout.slot(RedisKeyLayout.policyKey(tenant, tenant));
    redis.reports(new ExecutorCall.Stage(activation));
    redis.reports(new ExecutorCall.Publish(activation));
    for (HostPort node : redis.cluster.nodes()) {
      redis.command(node, "CONFIG SET", "cluster-require-full-coverage", "no");
      redis.command(node, "CLUSTER DELSLOTS", slot);
    }

    assertThat(redis.fault(new ExecutorCall.Prepare(activation), 1))
        .isInstanceOf(CallFault.Unavailable.class);
    assertThat(redis.fault(new ExecutorCall.Converge(activation), 1))
        .isInstanceOf(CallFault.Unavailable.class);
  }

  @Test
  void isUnavailableWhenNobodyAnswers() throws InterruptedException {
    for (HostPort node : redis.cluster.nodes()) {
      redis.cluster.kill(node);
    }

    assertThat(redis.fault(new ExecutorCall.Observe(), 1))
        .isInstanceOf(CallFault.Unavailable.class);
  }
}
