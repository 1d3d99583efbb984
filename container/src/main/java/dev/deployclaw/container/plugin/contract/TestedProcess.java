package dev.deployclaw.container.plugin.contract;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.host.HostCommand;
import dev.deployclaw.container.host.HostProcess;
import dev.deployclaw.container.plugin.PluginPrograms;
import dev.deployclaw.core.grant.GrantKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One start of the plugin under test.
 *
 * @param key with which its grants are sealed
 */
record TestedProcess(HostProcess process, Path socket, GrantKey key) {
  /** It didn't start, and why. */
  static final class StartFailedException extends Exception {
    StartFailedException(String reason) {
      super(reason);
    }
  }

  /**
   * How it is started.
   *
   * @param folder in which it listens
   * @param within until it must be ready
   */
  record Start(HostCommand command, Path folder, Duration within) {
    TestedProcess process() throws StartFailedException, InterruptedException {
      var socket = PluginPrograms.socket(folder);
      var key = GrantKey.random();
      try {
        Files.deleteIfExists(socket);
        var argv = command.prepare().argv();
        var process = HostProcess.start(argv, command.surroundings(), key, _ -> {});
        if (process.awaitReady(within)) {
          return new TestedProcess(process, socket, key);
        }
        process.kill();
        var _ = process.awaitEnd();
        throw new StartFailedException(
            "it isn't ready within %s; it said last: %s"
                .formatted(within, process.lastLines().replace('\n', ' ')));
      } catch (IOException | SetupException e) {
        throw new StartFailedException("it can't be started: " + e.getMessage());
      }
    }
  }
}
