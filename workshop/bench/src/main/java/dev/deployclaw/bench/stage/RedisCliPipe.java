package dev.deployclaw.bench.stage;

import dev.deployclaw.bench.redis.RespBatch;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.CommandRunner;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang3.function.Failable;

/**
 * {@code redis-cli --pipe} with an encoded file for each primary, all at the same time: the fastest
 * bulk load that comes with Redis. The processes are started by one shell.
 */
record RedisCliPipe(Path folder) {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /** Writes the files that {@link #run} sends; an empty one for a node without a batch. */
  void prepare(List<HostPort> nodes, Map<HostPort, RespBatch> batches) {
    for (HostPort node : nodes) {
      Failable.run(() -> Files.write(in(node), batches.getOrDefault(node, RespBatch.NONE).bytes()));
    }
  }

  /** Sends the files; returns when every answer has come. */
  void run(List<HostPort> nodes) {
    var script = new StringBuilder();
    for (HostPort node : nodes) {
      String pipe = "redis-cli -h " + node.host() + " -p " + node.port() + " --pipe";
      script.append(pipe + " <" + in(node) + " >" + out(node) + " 2>&1 & ");
    }
    var shell = CommandRunner.of("/bin/sh", "-c", script + "wait").start(Redirect.INHERIT);
    int _ = CommandRunner.awaitExit(shell, LONGEST);
  }

  /** Throws unless redis-cli said that all commands were answered, none with an error. */
  void checkAnswers(Map<HostPort, RespBatch> batches) {
    batches.forEach((node, batch) -> {
      String said = said(node);
      if (!said.contains("errors: 0, replies: " + batch.commands())) {
        throw new IllegalStateException("redis-cli at " + node + " says: " + said);
      }
    });
  }

  private String said(HostPort node) {
    return Failable.get(() -> Files.readString(out(node)));
  }

  private Path in(HostPort node) {
    return folder.resolve("pipe-" + node.port() + ".in");
  }

  private Path out(HostPort node) {
    return folder.resolve("pipe-" + node.port() + ".out");
  }
}
