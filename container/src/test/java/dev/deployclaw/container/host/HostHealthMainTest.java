package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.executors.host.ExecutorHostServer;
import dev.deployclaw.executors.host.HostBounds;
import dev.deployclaw.executors.host.HostIdentity;
import dev.deployclaw.executors.host.HostSocket;
import dev.deployclaw.executors.host.HostedExecutors;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The health check of the executor host's image, on a real one. */
class HostHealthMainTest {
  @TempDir Path folder;
  private Path socket;
  private Map<String, String> environment;

  @BeforeEach
  void configure() throws IOException {
    socket = folder.resolve("host.sock");
    var file =
        Files.writeString(
            folder.resolve("deployclaw.yaml"),
            """
            stateDir: state
            etcd: {endpoints: ["http://127.0.0.1:1"]}
            redis: {nodes: ["127.0.0.1:1"]}
            s3: {endpoint: "http://127.0.0.1:1", bucket: b, accessKey: a, secretKey: s}
            nats: {url: "nats://127.0.0.1:1"}
            host: {socket: host.sock, keyFile: host.key}
            """);
    environment = Map.of("DEPLOYCLAW_CONFIG", file.toString());
  }

  @Test
  void aHostThatServesIsAliveAndOneThatEndedIsNot() throws Exception {
    var hosted = new HostedExecutors(List.of(), Optional.empty(), OperationAllowlist.KERNEL);
    var setup =
        new ExecutorHostServer.Setup(
            new HostIdentity("this", List.of(), ProtocolRevisions.SPOKEN),
            hosted,
            GrantKey.random(),
            HostBounds.DEFAULT);
    try (var _ = ExecutorHostServer.start(HostSocket.ownersOnly(socket), setup)) {
      assertThat(HostHealthMain.problem(environment)).isEmpty();
      assertThat(exit()).isZero();
    }

    assertThat(HostHealthMain.problem(environment).orElseThrow()).contains("no executor host");
    assertThat(exit()).isEqualTo(10);
  }

  /** The kernel takes its connections, and no word is said. */
  @Test
  void aHostThatHangsIsNotAlive() throws Exception {
    try (var hanging = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      hanging.bind(UnixDomainSocketAddress.of(socket));

      assertThat(exit()).isEqualTo(10);
    }
  }

  private int exit() {
    return CommandRunner.of(JavaProgram.words(JavaProgram.QUICK, HostHealthMain.class))
        .with(environment)
        .run()
        .exit();
  }
}
