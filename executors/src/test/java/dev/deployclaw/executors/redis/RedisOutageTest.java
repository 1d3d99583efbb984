package dev.deployclaw.executors.redis;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.policy.redis.RedisLayout;
import dev.deployclaw.testkit.HostPort;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisOutageTest {
  @TempDir Path folder;
  private ClusterFixture redis;

  @BeforeEach
  void start() {
    redis = ClusterFixture.start(folder);
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  @Test
  void namesTheNodeThatIsGone() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new Call.Stage(activation));
    HostPort dead = redis.cluster.primaries().getFirst();

    redis.cluster.kill(dead);
    var votes = redis.reports(new Call.Prepare(activation));

    assertThat(votes)
        .filteredOn(v -> v.member().equals("redis/" + dead))
        .singleElement()
        .extracting(Report::answer)
        .isEqualTo(Report.Answer.UNKNOWN);
  }

  @Test
  void aWipedReplicaVotesNo() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    redis.reports(new Call.Stage(activation));
    redis.reports(new Call.Prepare(activation));
    HostPort replica = redis.cluster.replicas().getFirst();
    HostPort primary = redis.cluster.primaries().getFirst();

    // A replica that follows nobody can be emptied; the cluster still lists it as one.
    redis.command(replica, "CONFIG SET", "replica-read-only", "no");
    redis.command(replica, "FLUSHALL");
    var votes = redis.reports(new Call.Prepare(activation));

    assertThat(votes)
        .filteredOn(v -> v.member().equals("redis/" + replica))
        .singleElement()
        .satisfies(v -> assertThat(v.answer()).isEqualTo(Report.Answer.NO))
        .satisfies(v -> assertThat(v.reason()).contains("nothing instead of"));
    assertThat(votes)
        .filteredOn(v -> v.member().equals("redis/" + primary))
        .singleElement()
        .extracting(Report::answer)
        .isEqualTo(Report.Answer.YES);
  }

  @Test
  void nobodyVotesOrHasConvergedWhileASlotHasNoOwner() throws InterruptedException {
    var activation = activation(1, SampleSets.of(60));
    String tenant = activation.set().tenants().firstKey();
    String slot = "" + RedisLayout.slot(RedisLayout.policyKey(tenant, tenant));
    redis.reports(new Call.Stage(activation));
    redis.reports(new Call.Publish(activation));
    for (HostPort node : redis.cluster.nodes()) {
      redis.command(node, "CONFIG SET", "cluster-require-full-coverage", "no");
      redis.command(node, "CLUSTER DELSLOTS", slot);
    }

    assertThat(redis.fault(new Call.Prepare(activation), 1)).isInstanceOf(Fault.Unavailable.class);
    assertThat(redis.fault(new Call.Converge(activation), 1)).isInstanceOf(Fault.Unavailable.class);
  }

  @Test
  void isUnavailableWhenNobodyAnswers() throws InterruptedException {
    for (HostPort node : redis.cluster.nodes()) {
      redis.cluster.kill(node);
    }

    assertThat(redis.fault(new Call.Observe(), 1)).isInstanceOf(Fault.Unavailable.class);
  }
}
