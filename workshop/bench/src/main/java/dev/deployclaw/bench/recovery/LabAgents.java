package dev.deployclaw.bench.recovery;

import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Agents of a lab, each a process of its own that keeps what it says in a file. */
final class LabAgents {
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int MOST_TRIES = 10;
  private static final JavaProgram PROGRAM =
      new JavaProgram("dev.deployclaw.container.Main", OPTIONS, Optional.empty());

  private final Path config;
  private final Path folder;
  private final Duration lease;
  private int started;

  LabAgents(Path config, Path folder, Duration lease) {
    this.config = config;
    this.folder = folder;
    this.lease = lease;
  }

  Process start(Map<String, String> environment, String... words) {
    var log = folder.resolve("agent-%03d.log".formatted(started++)).toFile();
    return CommandRunner.of(PROGRAM.command(List.of(words)))
        .with(
            Map.of(
                "DEPLOYCLAW_CONFIG",
                config.toString(),
                "DEPLOYCLAW_BOUNDS_LEASE",
                lease.toSeconds() + "s"))
        .with(environment)
        .start(Redirect.to(log));
  }

  /**
   * Runs a command until it ends well: where a back end didn't answer in time (10), once more.
   *
   * @return how often it was run
   */
  int untilDone(Map<String, String> environment, String... words) {
    for (int tries = 1; tries <= MOST_TRIES; tries++) {
      int exit = CommandRunner.awaitExit(start(environment, words), LONGEST);
      if (exit == ExitCode.OK.code()) {
        return tries;
      }
      if (exit != ExitCode.UNREACHABLE.code()) {
        throw new IllegalStateException("an agent ended with " + exit + ": " + words[0]);
      }
    }
    throw new IllegalStateException("no agent ended within " + MOST_TRIES + " tries");
  }
}
