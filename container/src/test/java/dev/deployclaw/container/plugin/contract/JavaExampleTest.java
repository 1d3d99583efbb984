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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kit at the example in Java, which is compiled as its author would: against the protocol. */
class JavaExampleTest {
  private static final Path SOURCE =
      Path.of("..", "skills", "examples", "edge-fleet", "EdgeFleet.java");
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final String CLASSES = System.getProperty("java.class.path");

  @TempDir Path folder;

  @Test
  void theJavaExampleKeepsEachPromiseWithTwoMembers() throws Exception {
    compile();
    try (var fra = new FakeEdge();
        var nyc = new FakeEdge()) {
      var command = words("fra=" + fra.url(), "nyc=" + nyc.url());
      var run = Files.createDirectory(folder.resolve("run"));

      var results = new PluginContract(PluginPrograms.bare(command, run), run, SOON, _ -> {}).run();

      assertThat(results)
          .allSatisfy(r -> assertThat(r.verdict()).as(r.toString()).isEqualTo(Verdict.KEPT));
      assertThat(fra.values()).as("as it was").doesNotContainKey("/active");
      assertThat(nyc.values()).doesNotContainKey("/active").containsKey("/fence");
    }
  }

  /** Else an outage of members looks like a plugin that hangs. */
  @Slow(
      guard =
          "dev.deployclaw.container.plugin.contract.JavaExampleTest"
              + "#theJavaExampleKeepsEachPromiseWithTwoMembers",
      because = "members are waited for as long as a call may take")
  @Test
  void theJavaExampleAnswersInTimeForMembersThatHang() throws Exception {
    compile();
    var released = new CountDownLatch(1);
    var run = Files.createDirectory(folder.resolve("run"));
    try (var nyc = new FakeEdge();
        var hangs = FakeHttpServer.start(_ -> afterwards(released))) {
      var command =
          PluginPrograms.bare(
              words("fra=" + hangs.url(), "lon=" + hangs.url(), "nyc=" + nyc.url()), run);
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

  private List<String> words(String... members) {
    var words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                folder + ":" + CLASSES,
                "EdgeFleet"));
    words.addAll(List.of(members));
    return words;
  }

  private void compile() {
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                CLASSES,
                "-d",
                folder.toString(),
                SOURCE.toString());
    assertThat(exit).as("the example compiles").isZero();
  }
}
