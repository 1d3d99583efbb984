package dev.deployclaw.container.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks NATS servers how their JetStream is configured, at the HTTP port on which they tell their
 * state ({@code http_port}, {@code /jsz?config=1}). For one thread.
 */
final class NatsMonitoringClient implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int OK = 200;

  private final HttpClient client;
  private final Duration longest;

  /**
   * @param longest for each whole answer
   */
  NatsMonitoringClient(Duration longest) {
    this.longest = longest;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(longest)
            .build();
  }

  /** What the server says whose monitoring is there. */
  NatsSyncMode ask(String monitor) throws InterruptedException {
    var base = URI.create(monitor);
    String at = base.getPort() < 0 ? base.getHost() : base.getHost() + ":" + base.getPort();
    try {
      var request = HttpRequest.newBuilder(base.resolve("/jsz?config=1")).build();
      var answer = client.sendAsync(request, BodyHandlers.ofByteArray());
      var got = answer.get(longest.toMillis(), TimeUnit.MILLISECONDS);
      return got.statusCode() == OK
          ? answer(at, MAPPER.readTree(got.body()))
          : new NatsSyncMode.NotReported(at, "it answered " + got.statusCode());
    } catch (TimeoutException e) {
      return new NatsSyncMode.NotReported(at, "no answer within " + longest.toSeconds() + " s");
    } catch (ExecutionException e) {
      return new NatsSyncMode.NotReported(at, String.valueOf(e.getCause()));
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
    client.shutdownNow();
  }
}
