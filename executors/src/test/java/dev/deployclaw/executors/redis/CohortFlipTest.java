package dev.deployclaw.executors.redis;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Activation.Candidate;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.Cohort;
import dev.deployclaw.policy.redis.RedisLayout;
import dev.deployclaw.testkit.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A candidate beside the committed epoch, on a cluster. */
class CohortFlipTest {
  private static final PolicySet OLD = SampleSets.of(20);
  private static final PolicySet NEW = SampleSets.of(20, 400);

  @TempDir static Path folder;
  static ClusterFixture redis;

  @BeforeAll
  static void start() {
    redis = ClusterFixture.start(folder);
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void committed() throws InterruptedException {
    for (HostPort primary : redis.cluster.primaries()) {
      redis.command(primary, "FLUSHALL");
      redis.command(primary, "FUNCTION FLUSH");
    }
    redis.reports(new Call.Stage(activation(1, OLD)));
    redis.reports(new Call.Publish(activation(1, OLD)));
    redis.reports(new Call.Stage(activation(2, NEW)));
  }

  @Test
  void everyNodeTakesEachStepOfTheCohort() throws InterruptedException {
    var five = widened(1, 500);
    var half = widened(2, 5_000);

    redis.reports(new Call.Publish(five));
    redis.eventually(five);
    allSay(Report.Answer.NO, redis.reports(new Call.Converge(half)), 6);
    redis.reports(new Call.Publish(half));
    redis.eventually(half);

    allSay(Report.Answer.NO, redis.reports(new Call.Converge(five)), 6);
    assertThat(redis.reports(new Call.Converge(withdrawn(3))))
        .allSatisfy(
            r -> assertThat(r.reason()).contains("acts on step 2 of the cohort beside epoch 1"));
  }

  @Test
  void aLateWriteOfAnEarlierStepIsRefused() throws InterruptedException {
    redis.reports(new Call.Publish(widened(1, 500)));
    redis.reports(new Call.Publish(withdrawn(2)));

    assertThat(redis.fault(new Call.Publish(widened(1, 500)), 1))
        .isInstanceOf(Fault.Conflict.class);
    assertThat(redis.fault(new Call.Publish(activation(1, OLD)), 1))
        .isInstanceOf(Fault.Conflict.class);
    redis.eventually(withdrawn(2));
  }

  @Test
  void theLastWideningIsACommitLikeAnyOther() throws InterruptedException {
    redis.reports(new Call.Publish(widened(1, 500)));

    allSay(Report.Answer.YES, redis.reports(new Call.Publish(activation(2, NEW))), 3);

    redis.eventually(activation(2, NEW));
    assertThat(redis.fault(new Call.Publish(widened(2, 5_000)), 1))
        .isInstanceOf(Fault.Conflict.class);
  }

  @Test
  void rulesOfTheCandidateThatWereLostAreWrittenAgain() throws InterruptedException {
    String tenant = OLD.tenants().firstKey();
    String key = RedisLayout.policyKey(tenant, tenant);
    redis.command(redis.home(tenant), "DEL", key);

    allSay(Report.Answer.YES, redis.reports(new Call.Publish(widened(1, 500))), 3);

    allSay(Report.Answer.YES, redis.reports(new Call.Prepare(withdrawn(1))), 6);
    allSay(Report.Answer.YES, redis.reports(new Call.Prepare(activation(2, NEW))), 6);
  }

  @Test
  void aCandidateIsDiscardedOnlyOnceItIsWithdrawn() throws InterruptedException {
    redis.reports(new Call.Publish(widened(1, 500)));
    var early = redis.fault(new Call.Discard(2), 1);
    redis.reports(new Call.Publish(withdrawn(2)));

    allSay(Report.Answer.YES, redis.reports(new Call.Discard(2)), 3);

    assertThat(early.reason()).contains("its candidate");
  }

  private static Activation widened(long step, int share) {
    return activation(1, OLD)
        .at(step, Optional.of(new Candidate(2, NEW.digest(), NEW, new Cohort(share))));
  }

  private static Activation withdrawn(long step) {
    return activation(1, OLD).at(step, Optional.empty());
  }

  private static void allSay(Report.Answer answer, List<Report> reports, int nodes) {
    assertThat(reports).hasSize(nodes).allSatisfy(r -> assertThat(r.answer()).isEqualTo(answer));
  }
}
