package dev.deployclaw.container.nats;

import dev.deployclaw.audit.stream.NatsConnector;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamOptions;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.PublishOptions;
import io.nats.client.impl.AckType;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** One connection to the work queue. For one thread. A broken one is left for a new one. */
final class TaskStream implements AutoCloseable {
  /** Why a message is a dead letter. */
  static final String REASON = "Deployclaw-Reason";

  /** On which subject it came. */
  static final String SUBJECT = "Deployclaw-Subject";

  /** Its number in the queue's stream. */
  static final String SEQUENCE = "Deployclaw-Stream-Sequence";

  private static final int LONGEST_REASON = 512;

  private final Connection connection;
  private final NatsQueue queue;
  private final Duration timeout;
  private final JetStream publisher;
  private final ConsumerContext consumer;

  private TaskStream(
      Connection connection, NatsQueue queue, Duration timeout, Duration acknowledgedWithin)
      throws IOException {
    this.connection = connection;
    this.queue = queue;
    this.timeout = timeout;
    var options = JetStreamOptions.builder().requestTimeout(timeout).build();
    var management = connection.jetStreamManagement(options);
    TaskStreamSetup.require(management, queue);
    this.publisher = connection.jetStream(options);
    try {
      this.consumer =
          connection
              .getStreamContext(queue.stream(), options)
              .createOrUpdateConsumer(TaskStreamSetup.consumer(queue, acknowledgedWithin));
    } catch (JetStreamApiException e) {
      throw new IOException("the consumer can't be created: " + e.getMessage(), e);
    }
  }

  /**
   * Connects, and makes what is missing of streams and consumer.
   *
   * @param acknowledgedWithin how long a message stays this agent's without a word of it
   */
  static TaskStream connect(NatsSettings settings, NatsQueue queue, Duration acknowledgedWithin)
      throws IOException, InterruptedException {
    var connection = NatsConnector.connect(settings, "deployclaw-tasks");
    try {
      return new TaskStream(connection, queue, settings.timeout(), acknowledgedWithin);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** The next message, if one comes in time. */
  Optional<QueueMessage> next(Duration within) throws IOException, InterruptedException {
    try {
      return Optional.ofNullable(consumer.next(within)).map(QueueMessage::of);
    } catch (JetStreamApiException | JetStreamStatusCheckedException | IllegalStateException e) {
      throw new IOException("the queue can't be read: " + e.getMessage(), e);
    }
  }

  /** Messages that no agent was given, and those that agents hold. */
  long pending() throws IOException {
    try {
      var info = consumer.getConsumerInfo();
      return info.getNumPending() + info.getNumAckPending();
    } catch (JetStreamApiException e) {
      throw new IOException("the consumer can't be queried: " + e.getMessage(), e);
    }
  }

  /** Returns when the server has removed the message. */
  void acknowledge(QueueMessage message) throws IOException, InterruptedException {
    var answer = connection.request(message.acknowledgement(), AckType.AckAck.bytes, timeout);
    if (answer == null) {
      throw new IOException("no answer to an acknowledgement within " + timeout);
    }
  }

  /** The message stays this agent's for another while. */
  void keep(QueueMessage message) throws IOException {
    publish(message.acknowledgement(), AckType.AckProgress.bytes);
  }

  /** The message is given to an agent again, not before this time. */
  void again(QueueMessage message, Duration after) throws IOException {
    publish(message.acknowledgement(), AckType.AckNak.bodyBytes(after.toNanos()));
  }

  /** Makes it a dead letter, and only when that is kept takes it out of the queue. */
  void bury(QueueMessage message, String reason) throws IOException {
    var headers = new Headers();
    headers.add(REASON, printable(reason));
    headers.add(SUBJECT, printable(message.subject()));
    headers.add(SEQUENCE, Long.toString(message.sequence()));
    var once = PublishOptions.builder().messageId("dead " + message.place()).build();
    try {
      int room = (int) Math.max(0, connection.getMaxPayload() - headers.serializedLength() - 1_024);
      byte[] body = message.body();
      byte[] kept = body.length <= room ? body : Arrays.copyOf(body, room);
      var _ = publisher.publish(queue.deadLetters(), headers, kept, once);
    } catch (JetStreamApiException | IllegalStateException e) {
      throw new IOException("a dead letter isn't kept: " + e.getMessage(), e);
    }
    publish(message.acknowledgement(), AckType.AckTerm.bytes);
  }

  void publish(String subject, byte[] bytes) throws IOException {
    try {
      connection.publish(subject, bytes);
    } catch (IllegalStateException e) {
      throw new IOException("the connection is closed", e);
    }
  }

  @Override
  public void close() {
    try {
      connection.flush(timeout);
    } catch (java.util.concurrent.TimeoutException | IllegalStateException e) {
      // what isn't sent is told again by the server
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** As a header may have it. */
  private static String printable(String text) {
    String ascii = text.replaceAll("[^ -~]", "?");
    return ascii.length() <= LONGEST_REASON ? ascii : ascii.substring(0, LONGEST_REASON);
  }
}
