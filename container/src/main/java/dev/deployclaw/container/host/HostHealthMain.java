package dev.deployclaw.container.host;

import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.core.result.ExitCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * An image's health check: whether the executor host still talks to who connects. The kernel alone
 * accepts connections for a process that hangs, so its first word is awaited: HTTP/2's settings.
 */
public final class HostHealthMain {
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private HostHealthMain() {}

  /** Exit code 0 where it is alive. */
  public static void main(String[] args) {
    var problem = problem(System.getenv());
    problem.ifPresent(System.err::println);
    System.exit(problem.isEmpty() ? ExitCode.OK.code() : ExitCode.UNREACHABLE.code());
  }

  /** Why it counts as dead; empty where it is alive. */
  static Optional<String> problem(Map<String, String> environment) {
    var file = environment.getOrDefault("DEPLOYCLAW_CONFIG", "");
    try {
      var socket = ConfigReader.read(Path.of(file), environment, ConfigRole.HOST).host().socket();
      if (socket.isEmpty()) {
        return Optional.of("host.socket isn't set in " + file);
      }
      return HostLiveness.answers(socket.get(), ANSWER)
          ? Optional.empty()
          : Optional.of("no executor host answers on " + socket.get());
    } catch (InvalidConfigException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
