package dev.deployclaw.container.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.audit.stream.StreamHealth;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.notification.NotificationHttpClient;
import dev.deployclaw.container.notification.NotificationHttpClient.Exchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The stream, and how its servers keep what they acknowledge. */
final class NatsStreamCheck {
  private static final String NATS = "nats";
  private static final String ALWAYS =
      "set sync_interval: always in its jetstream block and restart it; what it loses until then is"
          + " shipped again: docs/tasks/check-logs.md";

  private NatsStreamCheck() {}

  /** Blocks for the configured timeout for each server that is asked, at most. */
  static List<Diagnosis> examine(StreamHealth health, AgentConfig.Nats nats)
      throws InterruptedException {
    var found = new DiagnosisCollector(NATS);
    tell(health, found);
    if (health instanceof StreamHealth.Trouble) {
      return found.all();
    }
    var answers = new ArrayList<NatsSyncMode>();
    try (var monitoring = new NatsMonitoringClient(nats.timeout())) {
      for (String monitor : nats.monitors()) {
        answers.add(monitoring.ask(monitor));
      }
    }
    answers.forEach(answer -> tell(answer, found));
    unseen(health, answers, found);
    return found.all();
  }

  static void tell(StreamHealth health, DiagnosisCollector found) {
    switch (health) {
      case StreamHealth.Kept kept -> kept(kept, found);
      case StreamHealth.Absent() -> found.ok("there is no stream yet: the next log creates it");
      case StreamHealth.Unfit(String reason) ->
          found.error(
              reason, "nothing is shipped to it, and records wait: docs/tasks/check-logs.md");
      case StreamHealth.Trouble(String reason) -> found.unreachable(reason);
    }
  }

  private static void kept(StreamHealth.Kept kept, DiagnosisCollector found) {
    String holds =
        "the stream holds %d records on %d servers".formatted(kept.records(), kept.servers());
    if (kept.servers() < 2) {
      found.warning(
          holds,
          "with one server an acknowledged record can be lost; the journal ships "
              + "it again, but three servers are safer");
    } else {
      found.ok(holds);
    }
    if (!kept.takesAll()) {
      found.warning(
          ("a message may have %,d bytes (max_payload, max_msg_size), and a record "
                  + "can be larger")
              .formatted(kept.largest()),
          "allow %,d; until then a log is copied only up to its first larger record"
              .formatted(StreamHealth.ENOUGH));
    }
  }

  static void tell(NatsSyncMode answer, DiagnosisCollector found) {
    switch (answer) {
      case NatsSyncMode.Always(String at, String _) ->
          found.ok(
              "the server at %s syncs each message before it acknowledges it (sync_interval: always)"
                  .formatted(at));
      case NatsSyncMode.Periodic(String at, String _, long seconds) ->
          found.warning(
              ("the server at %s syncs every %d s (sync_interval): if its machine fails, it can"
                      + " lose what it acknowledged since")
                  .formatted(at, seconds),
              ALWAYS);
      case NatsSyncMode.NotReported(String at, String why) ->
          found.warning(
              "it is unknown whether the server at %s syncs each message: %s".formatted(at, why),
              "nats.monitors must name its monitoring address: http_port in its configuration");
    }
  }

  /** Servers of which nothing is known. */
  static void unseen(StreamHealth health, List<NatsSyncMode> answers, DiagnosisCollector found) {
    var ids = answers.stream().flatMap(answer -> answer.server().stream()).distinct().toList();
    if (answers.isEmpty()) {
      found.warning(
          "it is unknown whether the server syncs each message before it "
              + "acknowledges it (sync_interval: always)",
          "add its monitoring address to nats.monitors, for example http://host:8222");
    } else if (health instanceof StreamHealth.Kept kept
        && !ids.isEmpty()
        && (!ids.contains(kept.server()) || ids.size() < kept.servers())) {
      found.warning(
          ids.contains(kept.server())
              ? "%d servers hold the stream, and the sync settings of %d are known"
                  .formatted(kept.servers(), ids.size())
              : "nats.monitors doesn't name the server of nats.url",
          "name each server in nats.monitors");
    }
  }

  /**
   * Asks NATS servers how their JetStream is configured, at the HTTP port on which they tell their
   * state ({@code http_port}, {@code /jsz?config=1}). For one thread.
   */
  private static final class NatsMonitoringClient implements AutoCloseable {
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

  /** What a NATS server says of when it syncs its files. */
  sealed interface NatsSyncMode {
    /**
     * Before each acknowledgement.
     *
     * @param at host and port of its monitoring
     * @param id of the server
     */
    record Always(String at, String id) implements NatsSyncMode {}

    /** Now and then. */
    record Periodic(String at, String id, long seconds) implements NatsSyncMode {}

    /** Nothing that tells. */
    record NotReported(String at, String why) implements NatsSyncMode {}

    default Optional<String> server() {
      return switch (this) {
        case Always(String _, String id) -> Optional.of(id);
        case Periodic(String _, String id, long _) -> Optional.of(id);
        case NotReported _ -> Optional.empty();
      };
    }
  }
}
