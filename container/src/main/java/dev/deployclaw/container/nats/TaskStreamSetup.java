package dev.deployclaw.container.nats;

import dev.deployclaw.container.config.ServerConfig.NatsQueue;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The work queue's stream, the stream of its dead letters, and the consumer that all share. */
public final class TaskStreamSetup {
  /** Its durable name; all agents take from this one. */
  public static final String CONSUMER = "deployclaw-agents";

  private static final int NO_SUCH_STREAM = 10059;
  private static final int UNLIMITED = -1;
  private static final int MOST_UNACKNOWLEDGED = 10_000;

  private TaskStreamSetup() {}

  static String filter(NatsQueue queue) {
    return queue.subject() + ".>";
  }

  /**
   * Makes the streams that don't exist.
   *
   * @throws IOException where they can't be made, or the queue has settings that lose tasks
   */
  static void require(JetStreamManagement management, NatsQueue queue) throws IOException {
    var there = find(management, queue.stream());
    if (there.isPresent()) {
      var wrong = wrong(there.get(), queue);
      if (!wrong.isEmpty()) {
        throw new IOException(sentence(queue, wrong));
      }
    } else {
      create(management, queue.stream(), filter(queue), RetentionPolicy.WorkQueue);
    }
    if (deadLetters(management, queue).isEmpty()) {
      create(management, queue.stream() + "_DEAD", queue.deadLetters(), RetentionPolicy.Limits);
    }
  }

  /** Why the queue isn't used. */
  public static String sentence(NatsQueue queue, List<String> wrong) {
    return "the stream %s has wrong settings: %s"
        .formatted(queue.stream(), String.join(", ", wrong));
  }

  /** Empty where there is none. */
  public static Optional<StreamInfo> find(JetStreamManagement management, String stream)
      throws IOException {
    try {
      return Optional.of(management.getStreamInfo(stream));
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() == NO_SUCH_STREAM) {
        return Optional.empty();
      }
      throw new IOException("the stream can't be queried: " + e.getMessage(), e);
    }
  }

  /** The stream that keeps the dead letters, whatever its name is. */
  public static Optional<StreamInfo> deadLetters(JetStreamManagement management, NatsQueue queue)
      throws IOException {
    try {
      var names = management.getStreamNames(queue.deadLetters());
      return names.isEmpty() ? Optional.empty() : find(management, names.getFirst());
    } catch (JetStreamApiException e) {
      throw new IOException("the streams can't be listed: " + e.getMessage(), e);
    }
  }

  /** Settings by which tasks would be lost or kept for ever, by the server's names. */
  public static List<String> wrong(StreamInfo info, NatsQueue queue) {
    var found = info.getConfiguration();
    var out = new ArrayList<String>();
    if (found.getRetentionPolicy() != RetentionPolicy.WorkQueue) {
      out.add("retention must be workqueue");
    }
    if (!found.getSubjects().contains(filter(queue))) {
      out.add("subjects must have " + filter(queue));
    }
    if (found.getStorageType() != StorageType.File) {
      out.add("storage must be file");
    }
    return out;
  }

  /** Without a bound of deliveries: the server would drop the message without a word. */
  static ConsumerConfiguration consumer(NatsQueue queue, Duration ackWait) {
    return ConsumerConfiguration.builder()
        .durable(CONSUMER)
        .filterSubject(filter(queue))
        .ackPolicy(AckPolicy.Explicit)
        .ackWait(ackWait)
        .maxDeliver(UNLIMITED)
        .maxAckPending(MOST_UNACKNOWLEDGED)
        .build();
  }

  private static void create(
      JetStreamManagement management, String name, String subject, RetentionPolicy retention)
      throws IOException {
    try {
      var _ =
          management.addStream(
              StreamConfiguration.builder()
                  .name(name)
                  .subjects(subject)
                  .storageType(StorageType.File)
                  .retentionPolicy(retention)
                  .build());
    } catch (JetStreamApiException e) {
      throw new IOException("the stream %s can't be created: %s".formatted(name, e), e);
    }
  }
}
