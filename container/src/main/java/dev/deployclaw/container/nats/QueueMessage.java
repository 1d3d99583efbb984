package dev.deployclaw.container.nats;

import io.nats.client.Message;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message of the work queue. It outlives the connection that brought it: whatever is told the
 * server of it goes to its acknowledgement subject.
 *
 * @param acknowledgement where the server learns what becomes of it
 * @param sequence its number in the stream
 * @param place stream, number and time: no other message ever has the same
 * @param deliveries how often it was given to an agent, this time included
 */
record QueueMessage(
    Message message, String acknowledgement, long sequence, String place, long deliveries) {

  static QueueMessage of(Message message) {
    var meta = message.metaData();
    String place =
        "%s %d %s".formatted(meta.getStream(), meta.streamSequence(), meta.timestamp().toInstant());
    return new QueueMessage(
        message,
        Objects.requireNonNull(message.getReplyTo()),
        meta.streamSequence(),
        place,
        meta.deliveredCount());
  }

  String subject() {
    return message.getSubject();
  }

  byte[] body() {
    byte @Nullable [] data = message.getData();
    return data == null ? new byte[0] : data;
  }

  /** The first value of a header. */
  Optional<String> header(String name) {
    return message.hasHeaders()
        ? Optional.ofNullable(message.getHeaders().getFirst(name))
        : Optional.empty();
  }
}
