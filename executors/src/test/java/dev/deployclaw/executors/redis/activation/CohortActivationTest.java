package dev.deployclaw.executors.redis.activation;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.EpochSpec.Candidate;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.redis.ClusterFixture;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.CanaryCohort;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.testkit.network.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A candidate beside the committed epoch, on a cluster. */
class CohortActivationTest {
  private static final PolicySet OLD = SampleSets.of(20);
  private static final PolicySet NEW = SampleSets.of(20, 400);

  @TempDir static Path folder;
  @AutoClose static ClusterFixture redis;

  @BeforeAll
  static void start() {
    redis = ClusterFixture.start(folder);
  }

  @BeforeEach
  void committed() throws InterruptedException {
    for (HostPort primary : redis.cluster.primaries()) {
      redis.command(primary, "FLUSHALL");
      redis.command(primary, "FUNCTION FLUSH");
    }
    redis.reports(new ExecutorCall.Stage(activation(1, OLD)));
    redis.reports(new ExecutorCall.Publish(activation(1, OLD)));
    redis.reports(new ExecutorCall.Stage(activation(2, NEW)));
  }

  @Test
  void everyNodeTakesEachStepOfTheCohort() throws InterruptedException {
    var five = widened(1, 500);
    var half = widened(2, 5_000);

    redis.reports(new ExecutorCall.Publish(five));
    redis.eventually(five);
    allSay(MemberReport.Answer.NO, redis.reports(new ExecutorCall.Converge(half)), 6);
    redis.reports(new ExecutorCall.Publish(half));
    redis.eventually(half);

    allSay(MemberReport.Answer.NO, redis.reports(new ExecutorCall.Converge(five)), 6);
    assertThat(redis.reports(new ExecutorCall.Converge(withdrawn(3))))
        .allSatisfy(
            r -> assertThat(r.reason()).contains("acts on step 2 of the cohort beside epoch 1"));
  }

  @Test
  void aLateWriteOfAnEarlierStepIsRefused() throws InterruptedException {
    redis.reports(new ExecutorCall.Publish(widened(1, 500)));
    redis.reports(new ExecutorCall.Publish(withdrawn(2)));

    assertThat(redis.fault(new ExecutorCall.Publish(widened(1, 500)), 1))
        .isInstanceOf(CallFault.Conflict.class);
    assertThat(redis.fault(new ExecutorCall.Publish(activation(1, OLD)), 1))
        .isInstanceOf(CallFault.Conflict.class);
    redis.eventually(withdrawn(2));
  }

  @Test
  void theLastWideningIsACommitLikeAnyOther() throws InterruptedException {
    redis.reports(new ExecutorCall.Publish(widened(1, 500)));

    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Publish(activation(2, NEW))), 3);

    redis.eventually(activation(2, NEW));
    assertThat(redis.fault(new ExecutorCall.Publish(widened(2, 5_000)), 1))
        .isInstanceOf(CallFault.Conflict.class);
  }

  @Test
  void rulesOfTheCandidateThatWereLostAreWrittenAgain() throws InterruptedException {
    String tenant = OLD.tenants().firstKey();
    String key = RedisKeyLayout.policyKey(tenant, tenant);
    redis.command(redis.home(tenant), "DEL", key);

    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Publish(widened(1, 500))), 3);

    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Prepare(withdrawn(1))), 6);
    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Prepare(activation(2, NEW))), 6);
  }

  @Test
  void aCandidateIsDiscardedOnlyOnceItIsWithdrawn() throws InterruptedException {
    redis.reports(new ExecutorCall.Publish(widened(1, 500)));
    var early = redis.fault(new ExecutorCall.Discard(2), 1);
    redis.reports(new ExecutorCall.Publish(withdrawn(2)));

    allSay(MemberReport.Answer.YES, redis.reports(new ExecutorCall.Discard(2)), 3);

    assertThat(early.reason()).contains("its candidate");
  }

  private static EpochSpec widened(long step, int share) {
    return activation(1, OLD)
        .at(step, Optional.of(new Candidate(2, NEW.digest(), NEW, new CanaryCohort(share))));
  }

  private static EpochSpec withdrawn(long step) {
    return activation(1, OLD).at(step, Optional.empty());
  }

  private static void allSay(MemberReport.Answer answer, List<MemberReport> reports, int nodes) {
    assertThat(reports).hasSize(nodes).allSatisfy(r -> assertThat(r.answer()).isEqualTo(answer));
  }
}
