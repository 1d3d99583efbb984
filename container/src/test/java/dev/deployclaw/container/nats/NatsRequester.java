package dev.deployclaw.container.nats;

import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import io.nats.client.api.MessageInfo;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Asks for tasks over NATS, and reads what comes back. */
final class NatsRequester implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final Connection connection;
  private final NatsQueue queue;

  NatsRequester(NatsServer nats, NatsQueue queue) throws IOException, InterruptedException {
    this.connection = Nats.connect(nats.url());
    this.queue = queue;
  }

  static String body(String request) {
    return "{\"request\": \"%s\"}".formatted(request);
  }

  void ask(String requester, String body, Map<String, String> headers) throws Exception {
    var all = new Headers();
    headers.forEach((name, value) -> all.add(name, value));
    var _ =
        connection
            .jetStream()
            .publish(queue.subject() + "." + requester, all, body.getBytes(StandardCharsets.UTF_8));
  }

  Subscription listen(String subject) throws Exception {
    var subscription = connection.subscribe(subject);
    connection.flush(LONGEST);
    return subscription;
  }

  static String next(Subscription subscription) throws InterruptedException {
    Message message = Objects.requireNonNull(subscription.nextMessage(LONGEST), "no answer came");
    return new String(message.getData(), StandardCharsets.UTF_8);
  }

  /** The execution's id, as it is told first. */
  static String nextExecution(Subscription subscription) throws InterruptedException {
    return next(subscription).replaceAll("\\{\"execution_id\":\"([a-z0-9-]+)\"}", "$1");
  }

  /** How many messages the queue holds. */
  long waiting() {
    try {
      var info = connection.jetStreamManagement().getStreamInfo(queue.stream());
      return info.getStreamState().getMsgCount();
    } catch (IOException | JetStreamApiException e) {
      return -1;
    }
  }

  List<MessageInfo> deadLetters() throws IOException, JetStreamApiException {
    var management = connection.jetStreamManagement();
    String stream = queue.stream() + "_DEAD";
    var out = new ArrayList<MessageInfo>();
    long last = management.getStreamInfo(stream).getStreamState().getLastSequence();
    for (long seq = 1; seq <= last; seq++) {
      out.add(management.getMessage(stream, seq));
    }
    return out;
  }

  static String header(MessageInfo message, String name) {
    return String.valueOf(Objects.requireNonNull(message.getHeaders()).getFirst(name));
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
