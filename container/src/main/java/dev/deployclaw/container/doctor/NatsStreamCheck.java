package dev.deployclaw.container.doctor;

import dev.deployclaw.audit.stream.StreamHealth;
import dev.deployclaw.container.config.AgentConfig;
import java.util.ArrayList;
import java.util.List;

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
    var found = new ArrayList<>(told(health));
    if (health instanceof StreamHealth.Trouble) {
      return found;
    }
    var answers = new ArrayList<NatsSyncMode>();
    try (var monitoring = new NatsMonitoringClient(nats.timeout())) {
      for (String monitor : nats.monitors()) {
        answers.add(monitoring.ask(monitor));
      }
    }
    answers.forEach(answer -> found.add(told(answer)));
    found.addAll(unseen(health, answers));
    return found;
  }

  static List<Diagnosis> told(StreamHealth health) {
    return switch (health) {
      case StreamHealth.Kept kept -> kept(kept);
      case StreamHealth.Absent() ->
          List.of(Diagnosis.ok(NATS, "there is no stream yet: the next log creates it"));
      case StreamHealth.Unfit(String reason) ->
          List.of(
              Diagnosis.error(
                  NATS,
                  reason,
                  "nothing is shipped to it, and records wait: docs/tasks/check-logs.md"));
      case StreamHealth.Trouble(String reason) -> List.of(Diagnosis.unreachable(NATS, reason));
    };
  }

  private static List<Diagnosis> kept(StreamHealth.Kept kept) {
    var found = new ArrayList<Diagnosis>();
    String holds =
        "the stream holds %d records on %d servers".formatted(kept.records(), kept.servers());
    found.add(
        kept.servers() < 2
            ? Diagnosis.warning(
                NATS,
                holds,
                "with one server an acknowledged record can be lost; the journal ships "
                    + "it again, but three servers are safer")
            : Diagnosis.ok(NATS, holds));
    if (!kept.takesAll()) {
      found.add(
          Diagnosis.warning(
              NATS,
              ("a message may have %,d bytes (max_payload, max_msg_size), and a record "
                      + "can be larger")
                  .formatted(kept.largest()),
              "allow %,d; until then a log is copied only up to its first larger record"
                  .formatted(StreamHealth.ENOUGH)));
    }
    return found;
  }

  static Diagnosis told(NatsSyncMode answer) {
    return switch (answer) {
      case NatsSyncMode.Always(String at, String _) ->
          Diagnosis.ok(
              NATS,
              "the server at %s syncs each message before it acknowledges it (sync_interval: always)"
                  .formatted(at));
      case NatsSyncMode.Periodic(String at, String _, long seconds) ->
          Diagnosis.warning(
              NATS,
              "the server at %s syncs every %d s (sync_interval): with its machine it can lose what it acknowledged since"
                  .formatted(at, seconds),
              ALWAYS);
      case NatsSyncMode.NotReported(String at, String why) ->
          Diagnosis.warning(
              NATS,
              "it is unknown whether the server at %s syncs each message: %s".formatted(at, why),
              "nats.monitors must name its monitoring address: http_port in its configuration");
    };
  }

  /** Servers of which nothing is known. */
  static List<Diagnosis> unseen(StreamHealth health, List<NatsSyncMode> answers) {
    if (answers.isEmpty()) {
      return List.of(
          Diagnosis.warning(
              NATS,
              "it is unknown whether the server syncs each message before it "
                  + "acknowledges it (sync_interval: always)",
              "add its monitoring address to nats.monitors, for example http://host:8222"));
    }
    var ids = answers.stream().flatMap(answer -> answer.server().stream()).distinct().toList();
    if (health instanceof StreamHealth.Kept kept
        && !ids.isEmpty()
        && (!ids.contains(kept.server()) || ids.size() < kept.servers())) {
      return List.of(
          Diagnosis.warning(
              NATS,
              ids.contains(kept.server())
                  ? "%d servers hold the stream, and the sync settings of %d are known"
                      .formatted(kept.servers(), ids.size())
                  : "nats.monitors doesn't name the server of nats.url",
              "name each server in nats.monitors"));
    }
    return List.of();
  }
}
