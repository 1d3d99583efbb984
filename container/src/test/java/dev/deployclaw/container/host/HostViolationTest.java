package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.host.ExecutorHostServer;
import dev.deployclaw.executors.host.HostBounds;
import dev.deployclaw.executors.host.HostIdentity;
import dev.deployclaw.executors.host.HostSocket;
import dev.deployclaw.executors.host.HostedExecutors;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent tells of a program that a host started, and that the kernel ended. */
class HostViolationTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  /** Its one gateway's program breaks its rights at each question. */
  private record BrokenGateway() implements BackendExecutor {
    @Override
    public String name() {
      return "gateway";
    }

    @Override
    public Set<String> verbs() {
      return BackendExecutor.participantWith(Set.of("scan"));
    }

    @Override
    public CallOutcome execute(Invocation call) {
      return CallOutcome.done(List.of(MemberReport.violated("gateway/edge/one", "it was ended")));
    }
  }

  @Test
  void aProgramThatTheKernelEndedIsToldAsTheHostsViolation() throws Exception {
    var keyFile = folder.resolve("key");
    var key = GrantKey.random();
    Files.writeString(keyFile, key.hex());
    var hosted =
        new HostedExecutors(
            List.of(new BrokenGateway()), Optional.empty(), OperationAllowlist.KERNEL);
    var setup =
        new ExecutorHostServer.Setup(
            new HostIdentity("a test", List.of(), ProtocolRevisions.SPOKEN),
            hosted,
            key,
            HostBounds.DEFAULT);
    try (var _ = ExecutorHostServer.start(HostSocket.ownersOnly(folder.resolve("s")), setup);
        var backends = RemoteBackendsFixture.in(folder, new ForeignHost(keyFile))) {
      assertThat(backends.isolation().orElseThrow().violations()).isEmpty();

      var _ = ExecutorRegistry.of(backends.executors()).look("gateway.scan", SOON);

      var wall = backends.isolation().orElseThrow();
      assertThat(wall.violations())
          .hasEntrySatisfying(
              "host", last -> assertThat(last.what()).contains("NGINX", "(SIGSYS)"));
      assertThat(backends.summary().orElseThrow()).contains("it started NGINX");
      assertThat(wall.missing()).as("of a container beside the agent's").containsKey("refusals");
    }
  }
}
