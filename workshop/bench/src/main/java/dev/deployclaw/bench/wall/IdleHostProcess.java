package dev.deployclaw.bench.wall;

import dev.deployclaw.bench.measure.ResidentMemory;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.executors.host.ExecutorHostServer;
import dev.deployclaw.executors.host.HostBounds;
import dev.deployclaw.executors.host.HostIdentity;
import dev.deployclaw.executors.host.HostSocket;
import dev.deployclaw.executors.host.HostedExecutors;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** {@link IdleHostProcess.IdleHostMain} as a process of its own. */
record IdleHostProcess(Process process) implements AutoCloseable {
  /**
   * Returns when it listens.
   *
   * @param options for its JVM
   */
  static IdleHostProcess start(Path socket, GrantKey key, List<String> options) throws IOException {
    var all = new ArrayList<>(JavaProgram.QUICK);
    all.removeIf(option -> option.startsWith("-XX:TieredStopAtLevel"));
    all.addAll(options);
    var command =
        JavaProgram.of(IdleHostMain.class.getName(), all).command(List.of(socket.toString()));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.outputWriter().write(key.hex() + "\n");
    process.outputWriter().flush();
    var output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    if (!"ready".equals(output.readLine())) {
      process.destroyForcibly();
      throw new IOException("the host wasn't ready");
    }
    return new IdleHostProcess(process);
  }

  /** What it has in memory. */
  long residentKibibytes() throws IOException {
    return ResidentMemory.kibibytes(process.toHandle());
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  /** An executor host of {@link IdleParticipant}: socket as argument, key on standard input. */
  private static final class IdleHostMain {
    public static void main(String[] words) throws IOException {
      var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
      var key = GrantKey.ofHex(Objects.requireNonNull(input.readLine(), "the key"));
      var hosted =
          new HostedExecutors(
              List.of(new IdleParticipant()), Optional.empty(), OperationAllowlist.KERNEL);
      var setup =
          new ExecutorHostServer.Setup(
              new HostIdentity("bench", List.of(), ProtocolRevisions.SPOKEN),
              hosted,
              key,
              HostBounds.DEFAULT);
      try (var _ = ExecutorHostServer.start(HostSocket.ownersOnly(Path.of(words[0])), setup)) {
        System.out.println("ready");
        while (input.readLine() != null) {
          // The end of input ends the host.
        }
      }
      System.exit(0);
    }
  }
}
