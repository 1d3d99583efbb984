package dev.deployclaw.executors.host;

import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A host of {@link EchoExecutor} as the protocol has it: key on standard input, then "ready". */
public final class EchoHostMain {
  private EchoHostMain() {}

  public static void main(String[] words) throws IOException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    var key = GrantKey.ofHex(Objects.requireNonNull(input.readLine(), "the key"));
    var hosted =
        new HostedExecutors(
            List.of(new EchoExecutor()), Optional.empty(), OperationAllowlist.KERNEL);
    var setup =
        new ExecutorHostServer.Setup(
            new HostIdentity("echo", List.of(), ProtocolRevisions.SPOKEN),
            hosted,
            key,
            HostBounds.DEFAULT);
    Path socket = Path.of(Objects.requireNonNull(System.getenv("DEPLOYCLAW_HOST_SOCKET")));
    try (var _ = ExecutorHostServer.start(HostSocket.ownersOnly(socket), setup)) {
      System.out.println("ready");
      while (input.readLine() != null) {
        // Nothing more is expected; the end of input ends the host.
      }
    }
    System.exit(0);
  }
}
