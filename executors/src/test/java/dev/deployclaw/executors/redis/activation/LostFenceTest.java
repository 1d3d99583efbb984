package dev.deployclaw.executors.redis.activation;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.redis.ClusterFixture;
import dev.deployclaw.testkit.network.HostPort;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A primary that was flushed has no fence: what the state store says counts in its place. */
class LostFenceTest {
  private static final long TERM = 4;

  @TempDir Path folder;
  @AutoClose private ClusterFixture redis;
  private HostPort flushed;

  @BeforeEach
  void start() throws InterruptedException {
    redis = ClusterFixture.start(folder);
    redis.decided(TERM, 2);
    var second = epoch(2);
    redis.run(new ExecutorCall.Stage(second), TERM);
    redis.run(new ExecutorCall.Publish(second), TERM);
    flushed = redis.cluster.primaries().getFirst();
    redis.command(flushed, "FLUSHALL");
    redis.command(flushed, "FUNCTION FLUSH");
  }

  @Test
  void refusesAnEarlierLeaderAndAnEarlierEpoch() throws InterruptedException {
    for (var call : calls(epoch(3))) {
      assertThat(redis.fault(call, TERM - 1)).isInstanceOf(CallFault.Conflict.class);
    }
    for (var call : calls(epoch(1))) {
      assertThat(redis.fault(call, TERM)).isInstanceOf(CallFault.Conflict.class);
    }
    assertThat(redis.fault(new ExecutorCall.Discard(9), TERM - 1))
        .isInstanceOf(CallFault.Conflict.class);
  }

  @Test
  void letsTheLeaderBringBackWhatWasLost() throws InterruptedException {
    allYes(redis.run(new ExecutorCall.Publish(epoch(2)), TERM), 3);
    allYes(redis.run(new ExecutorCall.Converge(epoch(2)), TERM), 6);

    allYes(redis.run(new ExecutorCall.Stage(epoch(3)), TERM), 3);
    allYes(redis.run(new ExecutorCall.Prepare(epoch(3)), TERM), 6);
  }

  @Test
  void writesNothingThereWhenNobodyCanSayIt() throws InterruptedException {
    redis.withoutStateStore();

    var published =
        ((CallOutcome.Done) redis.run(new ExecutorCall.Publish(epoch(2)), TERM)).reports();

    assertThat(published).hasSize(3);
    assertThat(published)
        .filteredOn(r -> r.answer() != Answer.YES)
        .singleElement()
        .satisfies(r -> assertThat(r.answer()).isEqualTo(Answer.UNKNOWN))
        .satisfies(r -> assertThat(r.reason()).contains("has lost its fence"));
    var acting =
        ((CallOutcome.Done) redis.run(new ExecutorCall.Converge(epoch(2)), TERM)).reports();
    assertThat(acting)
        .filteredOn(r -> r.member().equals("redis/" + flushed))
        .extracting(MemberReport::reason)
        .containsExactly("no function library is loaded");
  }

  private static EpochSpec epoch(long epoch) {
    return activation(epoch, SampleSets.of(20));
  }

  private static List<ExecutorCall> calls(EpochSpec activation) {
    return List.of(
        new ExecutorCall.Stage(activation),
        new ExecutorCall.Prepare(activation),
        new ExecutorCall.Publish(activation));
  }

  private static void allYes(CallOutcome outcome, int members) {
    assertThat(((CallOutcome.Done) outcome).reports())
        .hasSize(members)
        .extracting(MemberReport::answer)
        .containsOnly(Answer.YES);
  }
}
