package dev.deployclaw.executors.redis;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.testkit.HostPort;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A primary that was flushed has no fence: what the state store says counts in its place. */
class LostFenceTest {
  private static final long TERM = 4;

  @TempDir Path folder;
  private ClusterFixture redis;
  private HostPort flushed;

  @BeforeEach
  void start() throws InterruptedException {
    redis = ClusterFixture.start(folder);
    redis.decided(TERM, 2);
    var second = epoch(2);
    redis.run(new Call.Stage(second), TERM);
    redis.run(new Call.Publish(second), TERM);
    flushed = redis.cluster.primaries().getFirst();
    redis.command(flushed, "FLUSHALL");
    redis.command(flushed, "FUNCTION FLUSH");
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  @Test
  void refusesAnEarlierLeaderAndAnEarlierEpoch() throws InterruptedException {
    for (var call : calls(epoch(3))) {
      assertThat(redis.fault(call, TERM - 1)).isInstanceOf(Fault.Conflict.class);
    }
    for (var call : calls(epoch(1))) {
      assertThat(redis.fault(call, TERM)).isInstanceOf(Fault.Conflict.class);
    }
    assertThat(redis.fault(new Call.Discard(9), TERM - 1)).isInstanceOf(Fault.Conflict.class);
  }

  @Test
  void letsTheLeaderBringBackWhatWasLost() throws InterruptedException {
    allYes(redis.run(new Call.Publish(epoch(2)), TERM), 3);
    allYes(redis.run(new Call.Converge(epoch(2)), TERM), 6);

    allYes(redis.run(new Call.Stage(epoch(3)), TERM), 3);
    allYes(redis.run(new Call.Prepare(epoch(3)), TERM), 6);
  }

  @Test
  void writesNothingThereWhenNobodyCanSayIt() throws InterruptedException {
    redis.withoutStateStore();

    var published = ((Outcome.Done) redis.run(new Call.Publish(epoch(2)), TERM)).reports();

    assertThat(published).hasSize(3);
    assertThat(published)
        .filteredOn(r -> r.answer() != Answer.YES)
        .singleElement()
        .satisfies(r -> assertThat(r.answer()).isEqualTo(Answer.UNKNOWN))
        .satisfies(r -> assertThat(r.reason()).contains("has lost its fence"));
    var acting = ((Outcome.Done) redis.run(new Call.Converge(epoch(2)), TERM)).reports();
    assertThat(acting)
        .filteredOn(r -> r.member().equals("redis/" + flushed))
        .extracting(Report::reason)
        .containsExactly("no function library is loaded");
  }

  private static Activation epoch(long epoch) {
    return activation(epoch, SampleSets.of(20));
  }

  private static List<Call> calls(Activation activation) {
    return List.of(
        new Call.Stage(activation), new Call.Prepare(activation), new Call.Publish(activation));
  }

  private static void allYes(Outcome outcome, int members) {
    assertThat(((Outcome.Done) outcome).reports())
        .hasSize(members)
        .extracting(Report::answer)
        .containsOnly(Answer.YES);
  }
}
