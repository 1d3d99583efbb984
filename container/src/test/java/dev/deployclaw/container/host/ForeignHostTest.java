package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.process.JavaProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agent and executor host as two containers have them: a shared socket and a key file. */
class ForeignHostTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void theAgentFindsAHostThatOthersStartAndTheNextOneToo() throws Exception {
    try (var estate = HostEstate.start(folder.resolve("servers"))) {
      var config = estate.config(folder);
      var environment = new TreeMap<>(System.getenv());
      environment.put("DEPLOYCLAW_HOST_SOCKET", folder.resolve("shared.sock").toString());
      environment.put("DEPLOYCLAW_HOST_KEY_FILE", folder.resolve("shared.key").toString());
      var read = ConfigReader.read(config, environment, ConfigRole.AGENT);
      var launch = HostLaunch.of(read, config, environment);

      try (var backends = RemoteBackends.start(launch, "test")) {
        var executors = ExecutorRegistry.of(backends.executors());
        assertThat(executors.look("redis.topology", SOON)).isInstanceOf(CallOutcome.Failed.class);
        assertThat(backends.summary().orElseThrow()).contains("no key file");

        for (int start = 0; start < 2; start++) {
          var host = start(config, environment);
          BoundedWait.until("calls arrive", SOON, () -> answers(executors));
          host.destroy();
          assertThat(host.waitFor()).isNotNegative();
          assertThat(folder.resolve("shared.sock")).doesNotExist();
        }
      }
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(folder.resolve("shared.key"))))
          .isEqualTo("r--r-----");
    }
  }

  private static boolean answers(ExecutorRegistry executors) {
    try {
      return executors.look("redis.topology", SOON) instanceof CallOutcome.Done;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Process start(Path config, Map<String, String> environment) throws Exception {
    var words =
        JavaProgram.words(JavaProgram.QUICK, ExecutorHostMain.class, "--config", config.toString());
    var builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    return builder.start();
  }
}
