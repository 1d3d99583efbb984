package dev.deployclaw.audit.stream;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the stream was when it last had all that it acknowledged: by this a loss is seen without
 * reading it. Written before the cursor of what it covers, so no cursor claims more.
 *
 * @param created when the stream was made, as the server says
 * @param holes sequence numbers up to its last one under which it holds nothing
 * @param reached the furthest message that it acknowledged
 */
public record StreamCheckpoint(String created, long holes, Message reached) {
  static final StreamCheckpoint NONE = new StreamCheckpoint("", 0, Message.NONE);

  /**
   * A message that the stream holds.
   *
   * @param seq of the stream; 0 for none
   * @param sha256 of its bytes
   */
  public record Message(long seq, String subject, String sha256) {
    static final Message NONE = new Message(0, "", "");

    static Message of(long seq, String subject, byte[] bytes) {
      return new Message(seq, subject, CanonicalJson.sha256(bytes));
    }

    Message orFurther(Message other) {
      return other.seq > seq ? other : this;
    }
  }

  /** The stream as it is now. */
  public record Stock(String created, long messages, long last) {
    long holes() {
      return Math.max(0, last - messages);
    }
  }

  /** Nothing is known where the file isn't there, or can't be read. */
  public static StreamCheckpoint load(Path file) {
    try {
      Map<String, Object> f = StrictJson.parseObject(Files.readAllBytes(file));
      return f.get("created") instanceof String created
              && f.get("holes") instanceof Long holes
              && f.get("seq") instanceof Long seq
              && f.get("subject") instanceof String subject
              && f.get("sha256") instanceof String sha256
          ? new StreamCheckpoint(created, holes, new Message(seq, subject, sha256))
          : NONE;
    } catch (IOException | StrictJson.Malformed e) {
      return NONE;
    }
  }

  public byte[] bytes() {
    return CanonicalJson.bytes(
        Map.of(
            "created", created,
            "holes", holes,
            "seq", reached.seq(),
            "subject", reached.subject(),
            "sha256", reached.sha256()));
  }

  public StreamCheckpoint reached(Message message) {
    return new StreamCheckpoint(created, holes, reached.orFurther(message));
  }

  /**
   * After the stream was compared and given what it lacked.
   *
   * @param last its last message
   */
  public static StreamCheckpoint settled(Stock now, Optional<Message> last) {
    return new StreamCheckpoint(now.created(), now.holes(), last.orElse(Message.NONE));
  }

  /**
   * Why the stream may lack what it acknowledged; empty where it doesn't.
   *
   * @param there what it holds under the number that was reached
   */
  public Optional<String> suspicion(Stock now, Optional<Message> there) {
    if (created.isEmpty()) {
      return Optional.of("the stream's earlier state is unknown");
    }
    if (!now.created().equals(created)) {
      return Optional.of("the stream was created again");
    }
    if (reached.seq() > 0 && !there.equals(Optional.of(reached))) {
      return Optional.of(
          "the stream's end was lost: it ends with message %d, but had acknowledged message %d"
              .formatted(now.last(), reached.seq()));
    }
    return now.holes() > holes
        ? Optional.of("messages are gone from the stream: %d".formatted(now.holes() - holes))
        : Optional.empty();
  }
}
