package dev.deployclaw.container.health;

import dev.deployclaw.container.config.AgentConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Whether a NATS server answers: it greets every connection with a line that begins with {@code
 * INFO} (NATS client protocol), before TLS and without a credential.
 */
final class NatsGreetingCheck {
  private static final String GREETING = "INFO ";
  private static final int PORT = 4222;

  private NatsGreetingCheck() {}

  /** Why it doesn't; empty where it does. Blocks for twice the configured timeout at most. */
  static Optional<String> trouble(AgentConfig.Nats nats) {
    var url = URI.create(nats.url());
    int port = url.getPort() < 0 ? PORT : url.getPort();
    int millis = Math.toIntExact(nats.timeout().toMillis());
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(url.getHost(), port), millis);
      socket.setSoTimeout(millis);
      byte[] begin = socket.getInputStream().readNBytes(GREETING.length());
      return new String(begin, StandardCharsets.US_ASCII).equals(GREETING)
          ? Optional.empty()
          : Optional.of(nats.url() + " isn't a NATS server");
    } catch (IOException e) {
      return Optional.of(nats.url() + ": " + e.getMessage());
    }
  }
}
