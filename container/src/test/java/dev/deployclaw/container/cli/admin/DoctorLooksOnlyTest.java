package dev.deployclaw.container.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.api.StreamConfiguration;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor} on a real NATS server, and no other back end. */
@SuppressWarnings("try") // closing a NATS connection can be interrupted
class DoctorLooksOnlyTest {
  @TempDir Path folder;

  @Test
  void makesNoStreamAndNamesASettingThatIsWrong() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"));
        var connection = io.nats.client.Nats.connect(nats.url())) {
      var screen = new CommandLineFixture(folder);
      screen.write(
          "deployclaw.yaml",
          """
          stateDir: state
          etcd: {endpoints: ["http://127.0.0.1:1"], timeout: 1s}
          redis: {nodes: ["127.0.0.1:1"], timeout: 1s}
          s3: {endpoint: "http://127.0.0.1:1", bucket: checkpoints, accessKey: key, secretKey: secret, timeout: 1s}
          nats: {url: "%s"}
          """
              .formatted(nats.url()));

      assertThat(screen.run("doctor")).isEqualTo(10);
      assertThat(screen.out()).contains("there is no stream yet", "nats.monitors");
      assertThat(connection.jetStreamManagement().getStreamNames()).isEmpty();

      connection
          .jetStreamManagement()
          .addStream(
              StreamConfiguration.builder()
                  .name("DEPLOYCLAW_AUDIT")
                  .subjects("deployclaw.audit.>")
                  .build());
      assertThat(screen.run("doctor")).isEqualTo(10);
      assertThat(screen.out()).contains("deny_purge must be true", "discard must be new");
    }
  }
}
