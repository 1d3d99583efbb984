package dev.deployclaw.bench.wall;

import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.executors.host.ExecutorHostServer;
import dev.deployclaw.executors.host.HostBounds;
import dev.deployclaw.executors.host.HostIdentity;
import dev.deployclaw.executors.host.HostSocket;
import dev.deployclaw.executors.host.HostedExecutors;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** An executor host of {@link IdleParticipant}: socket as argument, key on standard input. */
public final class IdleHostMain {
  private IdleHostMain() {}

  public static void main(String[] words) throws IOException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    var key = GrantKey.ofHex(Objects.requireNonNull(input.readLine(), "the key"));
    var hosted =
        new HostedExecutors(
            List.of(new IdleParticipant()), Optional.empty(), OperationAllowlist.KERNEL);
    var identity = new HostIdentity("bench", List.of(), ProtocolRevisions.SPOKEN);
    var setup = new ExecutorHostServer.Setup(identity, hosted, key, HostBounds.DEFAULT);
    try (var _ = ExecutorHostServer.start(HostSocket.ownersOnly(Path.of(words[0])), setup)) {
      System.out.println("ready");
      while (input.readLine() != null) {
        // The end of input ends the host.
      }
    }
    System.exit(0);
  }
}
