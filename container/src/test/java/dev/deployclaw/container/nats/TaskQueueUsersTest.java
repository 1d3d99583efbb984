package dev.deployclaw.container.nats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.policy.wire.ServerLogin;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rights that {@code container/compose/nats.conf} gives for the queue of tasks are enough. */
@SuppressWarnings("try") // closing a NATS connection can be interrupted
class TaskQueueUsersTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String AGENT = "deployclaw-agent";
  private static final String REQUESTER = "requester";
  private static final NatsQueue QUEUE = NatsQueue.DEFAULT;
  private static final String SUBJECT = QUEUE.subject() + "." + REQUESTER;

  @TempDir private static Path folder;
  @AutoClose private static NatsServer nats;

  @BeforeAll
  static void start() throws Exception {
    String config = Files.readString(Path.of("compose", "nats.conf"));
    var users = new StringBuilder();
    for (String user : List.of(AGENT, "watcher", REQUESTER, "operator")) {
      String variable = user.equals(AGENT) ? "DC_AGENT" : "DC_" + user.toUpperCase(Locale.ROOT);
      users.append(variable).append(": \"").append(password(user)).append("\"\n");
    }
    nats =
        NatsServer.start(
            folder.resolve("nats"),
            Map.entry("/etc/nats/nats.conf", config),
            Map.of("/run/secrets/nats-users.conf", users.toString()));
  }

  @Test
  void theAgentMakesTheQueueTakesAnswersAndBuries() throws Exception {
    var refused = new CopyOnWriteArrayList<String>();
    try (var stream = TaskStream.connect(settings(), QUEUE, Duration.ofSeconds(30));
        var requester = connect(REQUESTER, refused)) {
      var replies = requester.subscribe("_INBOX.requester.1");
      requester.publish(SUBJECT, bytes("carried out"));
      requester.publish(SUBJECT, bytes("unreadable"));
      requester.flush(LONG);

      var first = stream.next(LONG).orElseThrow();
      assertThat(first.subject()).isEqualTo(SUBJECT);
      stream.keep(first);
      stream.publish("_INBOX.requester.1", bytes("begun"));
      assertThat(replies.nextMessage(LONG).getData()).isEqualTo(bytes("begun"));
      stream.acknowledge(first);
      stream.bury(stream.next(LONG).orElseThrow(), "it can't be read");

      BoundedWait.until("the queue is empty", LONG, () -> pending(stream) == 0);
      assertThat(refused).isEmpty();
    }
    try (var operator = connect("operator", refused)) {
      var dead = operator.jetStreamManagement().getStreamInfo(QUEUE.stream() + "_DEAD");
      assertThat(dead.getStreamState().getMsgCount()).isEqualTo(1);
    }
  }

  @Test
  void noneAsksInTheNameOfAnother() throws Exception {
    for (String user : List.of(REQUESTER, "operator", "watcher", AGENT)) {
      var refused = new CopyOnWriteArrayList<String>();
      try (var connection = connect(user, refused)) {
        connection.publish(QUEUE.subject() + ".olivia", bytes("{}"));
        connection.flush(LONG);
        BoundedWait.until(user + " is refused", LONG, () -> !refused.isEmpty());
        assertThat(refused.getFirst()).containsIgnoringCase("permissions violation for publish");
      }
    }
  }

  @Test
  void aRequesterNeitherReadsTheQueueNorTheRepliesOfOthers() throws Exception {
    for (String subject :
        List.of(QUEUE.subject() + ".>", "deployclaw.replies.olivia", "_INBOX.>")) {
      var refused = new CopyOnWriteArrayList<String>();
      try (var requester = connect(REQUESTER, refused)) {
        requester.subscribe(subject);
        requester.publish("$JS.API.STREAM.INFO." + QUEUE.stream(), bytes(""));
        requester.flush(LONG);
        BoundedWait.until(subject + " is refused", LONG, () -> refused.size() == 2);
      }
    }
  }

  private static long pending(TaskStream stream) {
    try {
      return stream.pending();
    } catch (java.io.IOException e) {
      return -1;
    }
  }

  private static Connection connect(String user, List<String> refused) throws Exception {
    var listener =
        new ErrorListener() {
          @Override
          public void errorOccurred(Connection connection, String error) {
            refused.add(error);
          }
        };
    return Nats.connect(
        Options.builder()
            .server(nats.url())
            .userInfo(user.toCharArray(), password(user).toCharArray())
            .errorListener(listener)
            .build());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** It begins with a digit, which the server's configuration must not take for a number. */
  private static String password(String user) {
    return "12e4-" + user;
  }

  private static NatsSettings settings() {
    return new NatsSettings(
        nats.url(),
        Optional.empty(),
        Duration.ofSeconds(20),
        NatsSettings.DEFAULT_MOST_WAITING,
        Optional.of(new ServerLogin(AGENT, password(AGENT))),
        TlsSettings.DEFAULT);
  }
}
