package dev.deployclaw.audit.stream;

import dev.deployclaw.audit.record.StreamRecord;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.PublishOptions;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.PublishAck;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings records into the stream, each once, and reads back what is in a place that was taken. For
 * one thread.
 */
final class StreamPublisher {
  private static final int WRONG_LAST_SEQUENCE = 10071;
  private static final int TOO_LARGE = 10054;

  /** With the words below; with others some limit of the stream is reached. */
  private static final int NO_MORE = 10077;

  private final JetStream publisher;
  private final JetStreamManagement management;
  private final NatsErrorListener refusals;
  private final Duration timeout;
  private MessageSizeLimits limits = MessageSizeLimits.NONE;

  /**
   * @param timeout of each answer
   */
  StreamPublisher(
      JetStream publisher,
      JetStreamManagement management,
      NatsErrorListener refusals,
      Duration timeout) {
    this.publisher = publisher;
    this.management = management;
    this.refusals = refusals;
    this.timeout = timeout;
  }

  /** From now on, nothing larger is sent. */
  void within(MessageSizeLimits now) {
    limits = now;
  }

  /** Whether the record isn't larger than a message may be, by what is known of the server. */
  boolean takes(StreamRecord record) {
    return limits.refusal(record).isEmpty();
  }

  /**
   * Publishes in order and returns when all are in the stream, whether by this call or before. What
   * finds a superseded record in its place goes beside it.
   *
   * @param superseded whether a record that the stream holds is one
   * @return the furthest message of them
   * @throws IOException when it can't be known that all are
   * @throws RecordRefusedException when one is larger than a message may be; those before it are in
   *     the stream, and some behind it where only the server knew so
   */
  StreamCheckpoint.Message publish(List<StreamRecord> records, Predicate<byte[]> superseded)
      throws IOException, AuditStream.Fork, RecordRefusedException, InterruptedException {
    var acknowledgements = new ArrayList<CompletableFuture<PublishAck>>();
    var sent = records.stream().takeWhile(this::takes).toList();
    try {
      for (StreamRecord entry : sent) {
        acknowledgements.add(
            publisher.publishAsync(
                entry.subject(), entry.headers(), entry.bytes(), once(entry.hash())));
      }
    } catch (IllegalStateException e) {
      throw new IOException("the connection is closed", e);
    }
    var furthest = StreamCheckpoint.Message.NONE;
    for (int i = 0; i < sent.size(); i++) {
      var entry = sent.get(i);
      long seq = await(entry, acknowledgements.get(i));
      furthest =
          furthest.orFurther(
              seq > 0
                  ? StreamCheckpoint.Message.of(seq, entry.subject(), entry.bytes())
                  : confirm(entry, superseded));
    }
    if (sent.size() < records.size()) {
      throw new RecordRefusedException(limits.tooLarge(records.get(sent.size())));
    }
    return furthest;
  }

  /**
   * @param id of the message, by which the server knows it again for a while
   */
  private static PublishOptions once(String id) {
    return PublishOptions.builder()
        .expectedStream(AuditStream.NAME)
        .messageId(id)
        .expectedLastSubjectSequence(0)
        .build();
  }

  /** The number that the stream gave it; 0 where there is a record in its place already. */
  private long await(StreamRecord entry, CompletableFuture<PublishAck> acknowledgement)
      throws IOException, RecordRefusedException, InterruptedException {
    try {
      long millis = timeout.toMillis();
      var ack = acknowledgement.get(millis, TimeUnit.MILLISECONDS);
      return ack.isDuplicate() ? 0 : ack.getSeqno();
    } catch (TimeoutException e) {
      throw new IOException("no acknowledgement within " + timeout + refusals.suffix(), e);
    } catch (CancellationException e) {
      throw new IOException(
          "the connection broke before the acknowledgement" + refusals.suffix(), e);
    } catch (ExecutionException e) {
      var answer = answer(e.getCause());
      if (answer.filter(a -> a.getApiErrorCode() == TOO_LARGE).isPresent()) {
        throw new RecordRefusedException(limits.tooLarge(entry));
      }
      if (answer.filter(StreamPublisher::isAlreadyThere).isEmpty()) {
        throw new IOException("not acknowledged: " + e.getCause(), e);
      }
      return 0;
    }
  }

  private static Optional<JetStreamApiException> answer(@Nullable Throwable cause) {
    if (cause instanceof JetStreamApiException e) {
      return Optional.of(e);
    }
    return cause == null ? Optional.empty() : answer(cause.getCause());
  }

  private static boolean isAlreadyThere(JetStreamApiException answer) {
    int code = answer.getApiErrorCode();
    return code == WRONG_LAST_SEQUENCE
        || (code == NO_MORE && answer.getErrorDescription().contains("per subject"));
  }

  /**
   * That the record is there, in its place or beside it. Beside it goes where a superseded record
   * is, and where the server names a message that it can't give: a block of its store is gone, and
   * until its next start it refuses that subject.
   */
  private StreamCheckpoint.Message confirm(StreamRecord entry, Predicate<byte[]> superseded)
      throws IOException, AuditStream.Fork, RecordRefusedException, InterruptedException {
    var there = there(entry.subject());
    if (there.isPresent() && Arrays.equals(AuditStream.data(there.get()), entry.bytes())) {
      return AuditStream.message(there.get());
    }
    if (there.isPresent() && !superseded.test(AuditStream.data(there.get()))) {
      throw new AuditStream.Fork(entry, AuditStream.data(there.get()));
    }
    String subject = entry.besideSubject();
    var sent = publisher.publishAsync(subject, entry.headers(), entry.bytes(), once(subject));
    var _ = await(entry, sent);
    var beside =
        there(subject)
            .orElseThrow(() ->
                new IOException(
                    ("the server lists record %d of %s, but can't return it or the "
                            + "record beside it: restart the NATS server")
                        .formatted(entry.seq(), entry.execution())));
    if (!Arrays.equals(AuditStream.data(beside), entry.bytes())) {
      throw new AuditStream.Fork(entry, AuditStream.data(beside));
    }
    return AuditStream.message(beside);
  }

  private Optional<MessageInfo> there(String subject) throws IOException {
    return StreamRecordReader.last(management, subject);
  }
}
