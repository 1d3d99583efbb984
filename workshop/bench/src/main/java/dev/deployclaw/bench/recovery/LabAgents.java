package dev.deployclaw.bench.recovery;

import dev.deployclaw.core.result.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Agents of a lab, each a process of its own that keeps what it says in a file. */
final class LabAgents {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int MOST_TRIES = 10;

  private final Path config;
  private final Path folder;
  private final Duration lease;
  private int started;

  LabAgents(Path config, Path folder, Duration lease) {
    this.config = config;
    this.folder = folder;
    this.lease = lease;
  }

  Process start(Map<String, String> environment, String... words) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.deployclaw.container.Main"));
    command.addAll(List.of(words));
    var log = folder.resolve("agent-%03d.log".formatted(started++)).toFile();
    var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
    builder.environment().put("DEPLOYCLAW_CONFIG", config.toString());
    builder.environment().put("DEPLOYCLAW_BOUNDS_LEASE", lease.toSeconds() + "s");
    builder.environment().putAll(environment);
    return builder.start();
  }

  /**
   * Runs a command until it ends well: where a back end didn't answer in time (10), once more.
   *
   * @return how often it was run
   */
  int untilDone(Map<String, String> environment, String... words)
      throws IOException, InterruptedException {
    for (int tries = 1; tries <= MOST_TRIES; tries++) {
      int exit = end(start(environment, words));
      if (exit == ExitCode.OK.code()) {
        return tries;
      }
      if (exit != ExitCode.UNREACHABLE.code()) {
        throw new IllegalStateException("an agent ended with " + exit + ": " + words[0]);
      }
    }
    throw new IllegalStateException("no agent ended within " + MOST_TRIES + " tries");
  }

  private static int end(Process agent) throws InterruptedException {
    if (!agent.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
      agent.destroyForcibly();
      throw new IllegalStateException("an agent did not end");
    }
    return agent.exitValue();
  }
}
