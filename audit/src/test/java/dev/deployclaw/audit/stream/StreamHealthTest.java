package dev.deployclaw.audit.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.server.NatsServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A look at the stream of a real server changes nothing there. */
@SuppressWarnings("try") // closing a NATS connection can be interrupted
class StreamHealthTest {
  @TempDir Path folder;

  @Test
  void findsNoStreamAndMakesNone() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      assertThat(StreamHealth.of(settings(nats))).isInstanceOf(StreamHealth.Absent.class);

      try (var connection = io.nats.client.Nats.connect(nats.url())) {
        assertThat(connection.jetStreamManagement().getStreamNames()).isEmpty();
      }
    }
  }

  @Test
  void tellsWhatItHoldsAndWhoAnswered() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      AuditStream.connect(settings(nats)).close();
      String server;
      try (var connection = io.nats.client.Nats.connect(nats.url())) {
        server = connection.getServerInfo().getServerId();
      }

      var health = StreamHealth.of(settings(nats));

      assertThat(health).isEqualTo(new StreamHealth.Kept(0, 1, 1 << 20, server));
      assertThat(((StreamHealth.Kept) health).takesAll()).isTrue();
    }
  }

  @Test
  void saysThatNobodyAnswers() throws Exception {
    try (var nats = NatsServer.start(folder.resolve("nats"))) {
      nats.daemon().kill();

      assertThat(StreamHealth.of(settings(nats)))
          .isInstanceOfSatisfying(
              StreamHealth.Trouble.class, t -> assertThat(t.reason()).contains(nats.url()));
    }
  }

  private static NatsSettings settings(NatsServer nats) {
    return new NatsSettings(nats.url(), Optional.empty(), Duration.ofSeconds(20));
  }
}
