package dev.deployclaw.audit.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.policy.wire.ServerLogin;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Connection;
import io.nats.client.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rights that {@code container/compose/nats.conf} gives are those that the agent needs. */
@SuppressWarnings("try") // closing a NATS connection can be interrupted
class AuditStreamUsersTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Of a refusal, which the client takes for silence until then. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static final String AGENT = "deployclaw-agent";
  @TempDir private static Path folder;
  @AutoClose private static NatsServer nats;

  @BeforeAll
  static void start() throws Exception {
    String config = Files.readString(Path.of("..", "container", "compose", "nats.conf"));
    String users =
        "DC_AGENT: \"%s\"\nDC_WATCHER: \"%s\"\nDC_REQUESTER: \"%s\"\nDC_OPERATOR: \"%s\"\n"
            .formatted(
                password(AGENT), password("watcher"), password("requester"), password("operator"));
    nats =
        NatsServer.start(
            folder.resolve("nats"),
            Map.entry("/etc/nats/nats.conf", config),
            Map.of("/run/secrets/nats-users.conf", users));
  }

  @Test
  void theAgentMakesTheStreamShipsRepairsAndCompares() throws Exception {
    var state = folder.resolve("state");
    try (var journal = FileJournal.open(state, settings(), Duration.ofMillis(200))) {
      append(journal, Runs.ID, 40);
      assertThat(journal.flush(LONG).pending()).isZero();
      try (var operator = connect("operator", new CopyOnWriteArrayList<>())) {
        assertThat(operator.jetStreamManagement().deleteStream(AuditStream.NAME)).isTrue();
      }
      BoundedWait.until("the loss is repaired", LONG, () -> !journal.stream().repaired().isEmpty());
    }
    try (var stream = AuditStream.connect(settings())) {
      assertThat(stream.records(Runs.ID)).hasSize(40);
      assertThat(stream.executions()).contains(Runs.ID);
      assertThat(stream.health()).isInstanceOf(StreamHealth.Kept.class);
    }
  }

  @Test
  void noOtherWritesARecord() throws Exception {
    try (var stream = AuditStream.connect(settings())) {
      long before = stream.stock().messages();
      for (String user : List.of("watcher", "requester", "operator")) {
        var refused = new CopyOnWriteArrayList<String>();
        try (var connection = connect(user, refused)) {
          connection.publish("deployclaw.audit.arch-forged.1", bytes());
          connection.flush(LONG);
          BoundedWait.until(user + " is refused", LONG, () -> !refused.isEmpty());
          assertThat(refused.getFirst()).containsIgnoringCase("permissions violation for publish");
        }
      }
      assertThat(stream.stock().messages()).isEqualTo(before);
      assertThat(stream.records("arch-forged")).isEmpty();
    }
  }

  /** Replies to the agent would tell the watcher more than records. */
  @Test
  void aWatcherReadsNothingButRecords() throws Exception {
    for (String subject : List.of(">", "_INBOX.>", "$JS.>", "deployclaw.>")) {
      var refused = new CopyOnWriteArrayList<String>();
      try (var watcher = connect("watcher", refused)) {
        watcher.subscribe(subject);
        watcher.flush(LONG);
        BoundedWait.until(subject + " is refused", LONG, () -> !refused.isEmpty());
        assertThat(refused.getFirst())
            .containsIgnoringCase("permissions violation for subscription");
      }
    }
  }

  @Test
  void aStrangerIsNotLetIn() {
    assertThatThrownBy(() -> io.nats.client.Nats.connect(nats.url()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Authorization Violation");
    assertThatThrownBy(() -> AuditStream.connect(settings("stranger", "guess", SHORT)))
        .hasMessageContaining("refuses the user stranger: check nats.passwordFile");
  }

  @Test
  void theAgentItselfCannotEmptyOrDeleteTheStream() throws Exception {
    var refused = new CopyOnWriteArrayList<String>();
    try (var _ = AuditStream.connect(settings());
        var agent = connect(AGENT, refused)) {
      for (String verb : List.of("DELETE", "PURGE", "UPDATE", "MSG.DELETE")) {
        agent.publish("$JS.API.STREAM." + verb + "." + AuditStream.NAME, bytes());
      }
      agent.flush(LONG);
      BoundedWait.until("all are refused", LONG, () -> refused.size() == 4);
    }
    assertThat(StreamHealth.of(settings())).isInstanceOf(StreamHealth.Kept.class);
  }

  /** A consumer would deliver what it is given to a subject of its own choice. */
  @Test
  void aWatcherSeesRecordsAndCanMakeNoConsumer() throws Exception {
    var refused = new CopyOnWriteArrayList<String>();
    try (var stream = AuditStream.connect(settings());
        var watcher = connect("watcher", refused)) {
      var seen = watcher.subscribe("deployclaw.audit.arch-seen.1");
      watcher.flush(LONG);
      var record =
          StreamRecord.of("arch-seen", 1, Runs.ofLength("arch-seen", 1).getFirst().bytes());
      var _ = stream.publish(List.of(record), _ -> false);
      assertThat(seen.nextMessage(LONG).getData()).isEqualTo(record.bytes());

      watcher.publish("$JS.API.CONSUMER.CREATE." + AuditStream.NAME, bytes());
      watcher.publish("$JS.API.STREAM.CREATE.OTHER", bytes());
      watcher.flush(LONG);
      BoundedWait.until("both are refused", LONG, () -> refused.size() == 2);
    }
  }

  private static void append(FileJournal journal, String execution, int length) {
    Runs.ofLength(execution, length).forEach(sealed -> journal.append(execution, sealed));
  }

  private static byte[] bytes() {
    return "{}".getBytes(StandardCharsets.UTF_8);
  }

  private static Connection connect(String user, List<String> refused) throws Exception {
    var listener =
        new io.nats.client.ErrorListener() {
          @Override
          public void errorOccurred(Connection connection, String error) {
            refused.add(error);
          }
        };
    return io.nats.client.Nats.connect(
        Options.builder()
            .server(nats.url())
            .userInfo(user.toCharArray(), password(user).toCharArray())
            .errorListener(listener)
            .build());
  }

  /** It begins with a digit, which the server's configuration must not take for a number. */
  private static String password(String user) {
    return "12e4-" + user;
  }

  private static NatsSettings settings() {
    return settings(AGENT, password(AGENT), Duration.ofSeconds(20));
  }

  private static NatsSettings settings(String user, String password, Duration timeout) {
    return new NatsSettings(
        nats.url(),
        Optional.empty(),
        timeout,
        NatsSettings.DEFAULT_MOST_WAITING,
        Optional.of(new ServerLogin(user, password)),
        TlsSettings.DEFAULT);
  }
}
