package dev.deployclaw.executors.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.overlay.SourceReports;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.host.ExecutorHostServer;
import dev.deployclaw.executors.host.HostBounds;
import dev.deployclaw.executors.host.HostIdentity;
import dev.deployclaw.executors.host.HostSocket;
import dev.deployclaw.executors.host.HostedExecutors;
import dev.deployclaw.executors.member.SourceAnswer;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.executors.remote.HostAddress;
import dev.deployclaw.executors.remote.HostConnection;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large sources, through a real host and its wall. */
class ManyDocumentsTest {
  private static final int NAMES = 10_000;
  private static final int MEBIBYTE = 1 << 20;

  @TempDir Path folder;

  @Test
  void readsTenThousandTenantsThatTheirSourceLists() throws Exception {
    var source = source("edge", names("acme"));
    var other = source("shop", names("globex"));
    for (int i = 0; i < NAMES; i++) {
      write(source, "acme-%d".formatted(i));
    }
    write(other, "globex-1");
    write(other, "acme-20000");

    var collected = read(source, other);

    assertThat(collected.unknown()).isEmpty();
    assertThat(collected.policies()).hasSize(NAMES + 1).containsKeys("acme-9999", "globex-1");
    assertThat(collected.leftOut())
        .as("that its source doesn't list")
        .containsOnlyKeys("acme-20000");
  }

  @Test
  void namesTheSourceThatIsTooLargeAndReadsTheOthers() throws Exception {
    var large = source("edge", List.of("*"));
    var small = source("shop", List.of("*"));
    for (int i = 0; i <= SourceAnswer.MOST_BYTES / MEBIBYTE; i++) {
      Files.writeString(large.folder().resolve(i + ".yaml"), "#".repeat(MEBIBYTE));
    }
    write(small, "globex-1");

    var collected = read(large, small);

    assertThat(collected.policies()).containsOnlyKeys("globex-1");
    assertThat(collected.unknown()).singleElement().asString().contains("edge");
    assertThat(collected.problems())
        .anySatisfy(p -> assertThat(p.text()).contains("remove documents"));
  }

  private FolderSource source(String namespace, List<String> tenants) throws IOException {
    var documents = Files.createDirectory(folder.resolve(namespace));
    return new FolderSource(documents, namespace, tenants, WriteBackMode.NONE);
  }

  private static List<String> names(String stem) {
    return IntStream.range(0, NAMES).mapToObj(i -> stem + "-" + i).toList();
  }

  private static void write(FolderSource source, String tenant) throws IOException {
    Files.writeString(
        source.folder().resolve(tenant + ".yaml"),
        """
        apiVersion: deployclaw.dev/v1
        kind: RateLimitPolicy
        metadata:
          tenant: %s
        spec:
          limits:
            - name: orders
              match: {service: orders}
              algorithm: token-bucket
              requests: 10
              window: 1m
        """
            .formatted(tenant));
  }

  private CollectedPolicies read(FolderSource... sources) throws Exception {
    var executor = new FolderSourceExecutor(List.of(sources));
    var hosted =
        new HostedExecutors(List.of(executor), Optional.empty(), OperationAllowlist.KERNEL);
    var key = GrantKey.random();
    var socket = folder.resolve("host.sock");
    var identity = new HostIdentity("test host", List.of(), ProtocolRevisions.SPOKEN);
    try (var _ =
            ExecutorHostServer.start(
                HostSocket.ownersOnly(socket),
                new ExecutorHostServer.Setup(identity, hosted, key, HostBounds.DEFAULT));
        var connection =
            HostConnection.of(
                new HostAddress(socket, () -> key, "test agent", ProtocolRevisions.SPOKEN))) {
      return SourceReports.collect(look(connection.executors().getFirst()), PolicySet.EMPTY);
    }
  }

  private static CallOutcome look(BackendExecutor sources) throws InterruptedException {
    var read = new ExecutorCall.Look("read", Map.of());
    return sources.execute(
        new Invocation("sources", read, FencingToken.NONE, Duration.ofMinutes(2)));
  }
}
