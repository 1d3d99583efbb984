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
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.StagedRules;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a failover takes away is put back; what somebody changed is left as it is. */
@Slow(
    guard = "dev.deployclaw.core.service.LostStateRestorerTest",
    because = "it waits until replicas take over")
class LossRepairTest {
  private static final Duration AT_MOST = Duration.ofSeconds(90);
  private static final long TERM = 4;

  @TempDir Path folder;
  @AutoClose private ClusterFixture redis;
  private EpochSpec first;
  private HostPort home;

  @BeforeEach
  void start() throws InterruptedException {
    redis = ClusterFixture.start(folder);
    first = activation(1, SampleSets.of(60));
    redis.decided(TERM, 1);
    activate(first);
    home = redis.home(tenant());
  }

  @Test
  void putsBackWhatAFailoverOverACutReplicationLost() throws InterruptedException {
    var second = activation(2, SampleSets.of(61));
    cutReplication(home);
    redis.decided(TERM, 2);
    redis.run(new ExecutorCall.Stage(second), TERM);
    redis.run(new ExecutorCall.Publish(second), TERM);
    assertThat(lost(second)).isEmpty();

    redis.cluster.kill(home);
    BoundedWait.until("it is replaced", AT_MOST, () -> redis.cluster.replaced(home));

    assertThat(lost(second))
        .singleElement()
        .satisfies(r ->
            assertThat(r.reason())
                .contains("its function library, and acts on epoch 1", "rules of "));
    assertThat(putBack(second))
        .singleElement()
        .satisfies(r ->
            assertThat(String.valueOf(r.facts().get(ExecutorCall.Reassert.PUT_BACK)))
                .contains("rules of "));
    assertThat(lost(second)).isEmpty();
    assertThat(((CallOutcome.Done) redis.run(new ExecutorCall.Converge(second), TERM)).reports())
        .filteredOn(r -> !r.member().endsWith(home.toString()))
        .extracting(MemberReport::answer)
        .containsOnly(Answer.YES);
  }

  @Test
  void putsBackAllThatAFlushTookAway() throws InterruptedException {
    redis.command(home, "FLUSHALL");
    redis.command(home, "FUNCTION FLUSH");

    assertThat(lost(first))
        .singleElement()
        .extracting(MemberReport::member)
        .isEqualTo("redis/" + home);
    assertThat(putBack(first)).hasSize(1);

    assertThat(lost(first)).isEmpty();
    assertThat(putBack(first)).as("again, it changes nothing").isEmpty();
  }

  @Test
  void leavesALibraryThatSomebodyChanged() throws InterruptedException {
    String theirs = FunctionLibrary.source(TERM, 1, first.digest(), 0) + "-- admits everybody\n";
    redis.command(home, "FUNCTION LOAD", "REPLACE", theirs);

    assertThat(lost(first)).isEmpty();
    assertThat(putBack(first)).isEmpty();
    assertThat(redis.look("scan"))
        .filteredOn(r -> r.answer() == Answer.NO)
        .extracting(MemberReport::member)
        .contains("redis/" + home);
  }

  @Test
  void putsBackAMissingFieldAndLeavesTheOneThatSomebodyChanged() throws InterruptedException {
    var hash =
        new StagedRules(first.set(), 1, first.set().digest())
            .hash(first.set().tenant(tenant()).orElseThrow());
    var fields = List.copyOf(hash.fields().keySet());
    redis.command(home, "HDEL", hash.key(), fields.getFirst());
    redis.command(home, "HSET", hash.key(), fields.getLast(), "mine");

    assertThat(lost(first))
        .singleElement()
        .extracting(MemberReport::reason)
        .asString()
        .isEqualTo("lost rules of 1 tenants");
    assertThat(putBack(first)).hasSize(1);

    assertThat(redis.command(home, "HGET", hash.key(), fields.getFirst()))
        .isEqualTo(hash.fields().get(fields.getFirst()));
    assertThat(redis.command(home, "HGET", hash.key(), fields.getLast())).isEqualTo("mine");
  }

  @Test
  void tellsTheHighestMarksThatEachNodeNames() throws InterruptedException {
    redis.command(home, "FUNCTION FLUSH");

    var marks = redis.look("marks");

    assertThat(marks).hasSize(6).extracting(MemberReport::answer).containsOnly(Answer.YES);
    assertThat(marks)
        .filteredOn(r -> r.member().equals("redis/" + home))
        .singleElement()
        .satisfies(r ->
            assertThat(r.facts())
                .as("its fence")
                .containsEntry("epoch", 1L)
                .containsEntry("term", TERM));
  }

  @Test
  void refusesALeaderOfAnEarlierTerm() throws InterruptedException {
    redis.command(home, "FUNCTION FLUSH");

    assertThat(redis.fault(new ExecutorCall.Reassert(first), TERM - 1))
        .isInstanceOf(CallFault.Conflict.class);

    assertThat(lost(first)).hasSize(1);
  }

  /** Its replica may follow it no longer, and nothing that was written since gets there. */
  private void cutReplication(HostPort primary) throws InterruptedException {
    redis.command(primary, "ACL SETUSER", "default", "-psync", "-sync");
    redis.command(primary, "CLIENT KILL", "TYPE", "replica");
  }

  private void activate(EpochSpec activation) throws InterruptedException {
    redis.run(new ExecutorCall.Stage(activation), TERM);
    redis.run(new ExecutorCall.Prepare(activation), TERM);
    redis.run(new ExecutorCall.Publish(activation), TERM);
  }

  private List<MemberReport> lost(EpochSpec activation) throws InterruptedException {
    return ((CallOutcome.Done) redis.run(new ExecutorCall.Lost(activation), TERM))
        .reports().stream().filter(r -> r.answer() != Answer.YES).toList();
  }

  private List<MemberReport> putBack(EpochSpec activation) throws InterruptedException {
    return ((CallOutcome.Done) redis.run(new ExecutorCall.Reassert(activation), TERM))
        .reports().stream()
            .filter(r -> r.facts().containsKey(ExecutorCall.Reassert.PUT_BACK))
            .toList();
  }

  private String tenant() {
    return first.set().tenants().firstKey();
  }
}
