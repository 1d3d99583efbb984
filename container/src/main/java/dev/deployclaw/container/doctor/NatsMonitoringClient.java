package dev.deployclaw.container.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.notification.NotificationHttpClient;
import dev.deployclaw.container.notification.NotificationHttpClient.Exchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;

/**
 * Asks NATS servers how their JetStream is configured, at the HTTP port on which they tell their
 * state ({@code http_port}, {@code /jsz?config=1}). For one thread.
 */
final class NatsMonitoringClient implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int OK = 200;

  private final NotificationHttpClient http;

  /**
   * @param longest for each whole answer
   */
  NatsMonitoringClient(Duration longest) {
    http = new NotificationHttpClient(longest);
  }

  /** What the server says whose monitoring is there. */
  NatsSyncMode ask(String monitor) throws InterruptedException {
    var base = URI.create(monitor);
    String at = base.getPort() < 0 ? base.getHost() : base.getHost() + ":" + base.getPort();
    try {
      var request = HttpRequest.newBuilder(base.resolve("/jsz?config=1")).build();
      return switch (http.exchange(request)) {
        case Exchange.Answered got when got.status() == OK ->
            answer(at, MAPPER.readTree(got.body()));
        case Exchange.Answered got ->
            new NatsSyncMode.NotReported(at, "it answered " + got.status());
        case Exchange.Unanswered(String why) -> new NatsSyncMode.NotReported(at, why);
      };
    } catch (IOException | IllegalArgumentException e) {
      return new NatsSyncMode.NotReported(at, String.valueOf(e.getMessage()));
    }
  }

  private static NatsSyncMode answer(String at, JsonNode said) {
    String id = said.path("server_id").asText();
    var config = said.path("config");
    if (id.isEmpty() || !config.path("sync_interval").isNumber()) {
      return new NatsSyncMode.NotReported(at, "its answer has no sync_interval");
    }
    return config.path("sync_always").asBoolean()
        ? new NatsSyncMode.Always(at, id)
        : new NatsSyncMode.Periodic(
            at, id, Duration.ofNanos(config.path("sync_interval").asLong()).toSeconds());
  }

  @Override
  public void close() {
    http.close();
  }
}
