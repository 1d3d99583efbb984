package dev.deployclaw.container.plugin.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.host.HostSupervisor;
import dev.deployclaw.container.plugin.PluginPrograms;
import dev.deployclaw.container.plugin.contract.PromiseResult.Verdict;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.remote.HostAddress;
import dev.deployclaw.executors.remote.HostConnection;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kit at the example in Java. */
@Slow(
    guard = "dev.deployclaw.container.plugin.contract.PluginContractTest",
    because = "each promise starts a JVM of its own, and members are waited for")
class JavaExampleTest {
  private static final Duration SOON = Duration.ofMinutes(1);

  @TempDir Path folder;

  @Test
  void theJavaExampleKeepsEachPromiseWithTwoMembers() throws Exception {
    var example = EdgeFleetExample.in(folder);
    try (var fra = new FakeEdge();
        var nyc = new FakeEdge()) {
      var command = example.words("fra=" + fra.url(), "nyc=" + nyc.url());
      var run = Files.createDirectory(folder.resolve("run"));

      var results = new PluginContract(PluginPrograms.bare(command, run), run, SOON, _ -> {}).run();

      assertThat(results)
          .allSatisfy(r -> assertThat(r.verdict()).as(r.toString()).isEqualTo(Verdict.KEPT));
      assertThat(fra.values()).as("as it was").doesNotContainKey("/active");
      assertThat(nyc.values()).doesNotContainKey("/active").containsKey("/fence");
    }
  }

  /** Else an outage of members looks like a plugin that hangs. */
  @Test
  void theJavaExampleAnswersInTimeForMembersThatHang() throws Exception {
    var example = EdgeFleetExample.in(folder);
    var released = new CountDownLatch(1);
    var run = Files.createDirectory(folder.resolve("run"));
    try (var nyc = new FakeEdge();
        var hangs = FakeHttpServer.start(_ -> afterwards(released))) {
      var command =
          PluginPrograms.bare(
              example.words("fra=" + hangs.url(), "lon=" + hangs.url(), "nyc=" + nyc.url()), run);
      try (var supervisor = HostSupervisor.start(command, SOON);
          var connection =
              HostConnection.of(
                  new HostAddress(
                      command.socket(), supervisor::key, "test", ProtocolRevisions.SPOKEN))) {
        supervisor.awaitFirst(SOON);
        var plugin = connection.executors().getFirst();

        var outcome =
            plugin.execute(
                new Invocation(
                    plugin.name(),
                    new ExecutorCall.Observe(),
                    FencingToken.NONE,
                    Duration.ofSeconds(9)));

        assertThat(outcome).isInstanceOf(CallOutcome.Done.class);
        assertThat(((CallOutcome.Done) outcome).reports())
            .extracting(MemberReport::answer)
            .containsExactly(Answer.UNKNOWN, Answer.UNKNOWN, Answer.YES);
      } finally {
        released.countDown();
      }
    }
  }

  private static FakeHttpServer.Answer afterwards(CountDownLatch released) {
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return FakeHttpServer.Answer.of(404);
  }
}
