package dev.deployclaw.audit.stream;

import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.core.log.StreamCopy.Stuck;
import io.nats.client.support.NatsJetStreamConstants;
import java.util.Optional;

/**
 * How large a message may be, its headers included, in bytes; 0 or less is no limit. Asked before a
 * record is sent: a server that gets more closes the connection.
 *
 * @param server of the connected server, {@code max_payload}
 * @param stream of the stream, {@code max_msg_size}
 */
record MessageSizeLimits(long server, long stream) {
  static final MessageSizeLimits NONE = new MessageSizeLimits(0, 0);

  /** Headers of a record are never longer: an execution's id has 128 bytes at most. */
  private static final int LONGEST_HEADERS = 2_048;

  long most() {
    if (stream <= 0 || server <= 0) {
      return Math.max(stream, server) <= 0 ? Long.MAX_VALUE : Math.max(stream, server);
    }
    return Math.min(stream, server);
  }

  /** Why the record can't be sent; empty where it can. */
  Optional<Stuck> refusal(StreamRecord record) {
    if (record.bytes().length + LONGEST_HEADERS <= most()) {
      return Optional.empty();
    }
    long size = size(record);
    return size <= most() ? Optional.empty() : Optional.of(tooLarge(record, size));
  }

  /** What a server says of one that it got all the same: its limit was lowered meanwhile. */
  Stuck tooLarge(StreamRecord record) {
    return tooLarge(record, size(record));
  }

  private Stuck tooLarge(StreamRecord record, long size) {
    boolean ofServer = server > 0 && size > server;
    String why =
        ofServer
            ? ("it has %,d bytes as a message, and the NATS server accepts at most %,d "
                    + "(max_payload)")
                .formatted(size, server)
            : "it has %,d bytes as a message, and the stream accepts at most %s (max_msg_size)"
                .formatted(size, stream > 0 ? "%,d".formatted(stream) : "its limit");
    String remedy =
        ofServer
            ? "raise max_payload in the server's configuration and reload it; the record "
                + "is retried each minute"
            : "remove max_msg_size from the stream's configuration; the record is "
                + "retried each minute";
    return new Stuck(record.execution(), record.seq(), why, remedy);
  }

  /** As it goes out at most: beside its place its id is longer. */
  private static long size(StreamRecord record) {
    var headers = record.headers();
    headers.put(NatsJetStreamConstants.MSG_ID_HDR, record.besideSubject());
    headers.put(NatsJetStreamConstants.EXPECTED_STREAM_HDR, AuditStream.NAME);
    headers.put(NatsJetStreamConstants.EXPECTED_LAST_SUB_SEQ_HDR, "0");
    return (long) headers.serializedLength() + record.bytes().length;
  }
}
