package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.BoundedWait;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * Asks for tasks by the work queue that agents share, and looks at what is left in it.
 *
 * @param url of the NATS server
 */
public record WorkQueueClient(String url) {
  private static final NatsQueue QUEUE = NatsQueue.DEFAULT;
  private static final Duration ACCEPTED = Duration.ofMinutes(1);

  public void ask(String request) {
    byte[] body = CanonicalJson.bytes(Map.of("request", request));
    BoundedWait.until(
        "the queue takes a task",
        ACCEPTED,
        () ->
            asking(c -> {
              var _ = c.jetStream().publish(QUEUE.subject() + ".campaign", body);
              return 1;
            })
                == 1);
  }

  public boolean isEmpty() {
    return asking(c -> messages(c, QUEUE.stream())) == 0;
  }

  /** How many tasks no agent could take; negative while the queue can't be asked. */
  public long deadLetters() {
    return asking(c -> messages(c, QUEUE.stream() + "_DEAD"));
  }

  private static long messages(Connection connection, String stream)
      throws IOException, JetStreamApiException {
    return connection.jetStreamManagement().getStreamInfo(stream).getStreamState().getMsgCount();
  }

  /** What is asked of the server. */
  @FunctionalInterface
  private interface Question {
    long ask(Connection connection) throws IOException, JetStreamApiException;
  }

  private long asking(Question question) {
    try {
      var connection = Nats.connect(url);
      try {
        return question.ask(connection);
      } finally {
        connection.close();
      }
    } catch (IOException | JetStreamApiException e) {
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }
}
