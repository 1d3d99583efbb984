package dev.deployclaw.audit;

import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.policy.json.Canonical;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.PublishAck;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The JetStream stream that holds each record once, on a subject of its own, and gives nothing up.
 * A connection that breaks isn't repaired but left for a new one, so what was sent is a prefix of
 * what was to be sent. For one thread.
 *
 * <p>{@code discard_new_per_subject} is what makes a second message on a subject an error; without
 * it that message replaces the first one, deny delete or not.
 */
final class AuditStream implements AutoCloseable {
  static final String NAME = "DEPLOYCLAW_AUDIT";

  private static final int NO_SUCH_STREAM = 10059;
  static final int NO_SUCH_MESSAGE = 10037;
  private static final int WRONG_LAST_SEQUENCE = 10071;
  private static final int NO_MORE_ON_THE_SUBJECT = 10077;

  private final NatsSettings settings;
  private final Refusals refusals;
  private final Connection connection;
  private final JetStream publisher;
  private final JetStreamManagement management;

  private AuditStream(NatsSettings settings, Refusals refusals, Connection connection)
      throws IOException {
    this.settings = settings;
    this.refusals = refusals;
    this.connection = connection;
    var options = JetStreamOptions.builder().requestTimeout(settings.timeout()).build();
    this.publisher = connection.jetStream(options);
    this.management = connection.jetStreamManagement(options);
  }

  /** What can't be answered by trying again: another record stands where this one belongs. */
  static final class Fork extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient StreamCopy.Fork what;

    Fork(StreamRecord entry, byte[] there) {
      super(
          "FORK: the stream holds another record %d of %s"
              .formatted(entry.seq(), entry.execution()));
      this.what = of(entry.execution(), entry.seq(), entry.bytes(), there);
    }

    StreamCopy.Fork what() {
      return what;
    }

    static StreamCopy.Fork of(String execution, long seq, byte[] here, byte[] there) {
      return new StreamCopy.Fork(
          execution, seq, Canonical.sha256(here), Canonical.sha256(there), false);
    }
  }

  /** Connects, and makes the stream or checks that it is as it must be. */
  static AuditStream connect(NatsSettings settings) throws IOException, InterruptedException {
    var stream = look(settings);
    try {
      stream.requireStream();
      return stream;
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  /** Connects to look only: a stream that isn't there isn't made. */
  static AuditStream look(NatsSettings settings) throws IOException, InterruptedException {
    var refusals = new Refusals();
    Connection connection = open(settings, refusals);
    try {
      return new AuditStream(settings, refusals, connection);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static Connection open(NatsSettings settings, Refusals refusals)
      throws IOException, InterruptedException {
    try {
      return Nats.connect(options(settings, refusals));
    } catch (AuthenticationException e) {
      throw new IOException(settings.whenRefused(), e);
    }
  }

  /**
   * Publishes in order and returns when all are in the stream, whether by this call or before. What
   * finds a superseded record in its place goes beside it.
   *
   * @param superseded whether a record that the stream holds is one
   * @return the furthest message of them
   * @throws IOException when it can't be known that all are
   */
  StreamMark.Message publish(List<StreamRecord> records, Predicate<byte[]> superseded)
      throws IOException, Fork, InterruptedException {
    var acknowledgements = new ArrayList<CompletableFuture<PublishAck>>();
    try {
      for (StreamRecord entry : records) {
        acknowledgements.add(
            publisher.publishAsync(
                entry.subject(), entry.headers(), entry.bytes(), once(entry.hash())));
      }
    } catch (IllegalStateException e) {
      throw new IOException("the connection is closed", e);
    }
    var furthest = StreamMark.Message.NONE;
    for (int i = 0; i < records.size(); i++) {
      long seq = await(acknowledgements.get(i));
      var entry = records.get(i);
      furthest =
          furthest.orFurther(
              seq > 0
                  ? StreamMark.Message.of(seq, entry.subject(), entry.bytes())
                  : confirm(entry, superseded));
    }
    return furthest;
  }

  /**
   * Has the server read so many of its messages, evenly spread over all: what a block held that is
   * gone from its disk it counts until it reads one of it.
   *
   * @param shift from 0 to 1, so that another time others are read
   */
  void touch(int most, double shift) throws IOException {
    long last = stock().last();
    double stride = Math.max(1, (double) last / most);
    for (int i = 0; i < most && i * stride < last; i++) {
      var _ = at(1 + (long) Math.min(last - 1.0, (i + shift) * stride));
    }
  }

  /** How much it holds. */
  StreamMark.Stock stock() throws IOException {
    try {
      var info = management.getStreamInfo(NAME);
      var state = info.getStreamState();
      return new StreamMark.Stock(
          info.getCreateTime().toInstant().toString(),
          state.getMsgCount(),
          state.getLastSequence());
    } catch (JetStreamApiException e) {
      throw new IOException("the stream can't be asked: " + e.getMessage(), e);
    }
  }

  /** What it holds under a number of its own; empty where nothing. */
  Optional<StreamMark.Message> at(long seq) throws IOException {
    if (seq <= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(message(management.getMessage(NAME, seq)));
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() == NO_SUCH_MESSAGE) {
        return Optional.empty();
      }
      throw new IOException("message " + seq + " can't be read: " + e.getMessage(), e);
    }
  }

  private static StreamMark.Message message(MessageInfo info) {
    return StreamMark.Message.of(info.getSeq(), String.valueOf(info.getSubject()), data(info));
  }

  static byte[] data(MessageInfo info) {
    byte[] data = info.getData();
    return data == null ? new byte[0] : data;
  }

  /** The records of an execution that it holds, by what their subject says behind its id. */
  SortedMap<String, byte[]> records(String execution) throws IOException, InterruptedException {
    return new StoredRecords(connection, management).of(execution);
  }

  StreamHealth health() throws IOException {
    try {
      var info = management.getStreamInfo(NAME);
      return new StreamHealth.Kept(
          info.getStreamState().getMsgCount(), info.getConfiguration().getReplicas());
    } catch (JetStreamApiException e) {
      throw new IOException("the stream can't be asked: " + e.getMessage(), e);
    }
  }

  /** The client says so where its connection was closed meanwhile; else it is a bug, and thrown. */
  IOException broken(IllegalStateException e) {
    if (connection.getStatus() != Connection.Status.CLOSED) {
      throw e;
    }
    return new IOException("the connection is closed", e);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Options options(NatsSettings settings, Refusals refusals) {
    var options =
        new Options.Builder()
            .server(settings.url())
            .connectionName("deployclaw-audit")
            .connectionTimeout(settings.timeout())
            .noReconnect()
            .errorListener(refusals);
    settings.credentials().ifPresent(f -> options.authHandler(Nats.credentials(f.toString())));
    return options.build();
  }

  /** Makes the stream, or checks that it is as it must be. */
  void requireStream() throws IOException {
    try {
      StreamShape.require(management.getStreamInfo(NAME));
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() != NO_SUCH_STREAM) {
        throw new IOException("the stream can't be asked: " + e.getMessage(), e);
      }
      create();
    } catch (IOException e) {
      throw refusals.suffix().isEmpty()
          ? e
          : new IOException(e.getMessage() + refusals.suffix(), e);
    }
  }

  private void create() throws IOException {
    try {
      StreamShape.require(management.addStream(StreamShape.configuration()));
    } catch (JetStreamApiException e) {
      throw new IOException("the stream can't be made: " + e.getMessage(), e);
    }
  }

  /**
   * @param id of the message, by which the server knows it again for a while
   */
  private static PublishOptions once(String id) {
    return PublishOptions.builder()
        .expectedStream(NAME)
        .messageId(id)
        .expectedLastSubjectSequence(0)
        .build();
  }

  /** The number that the stream gave it; 0 where there is a record in its place already. */
  private long await(CompletableFuture<PublishAck> acknowledgement)
      throws IOException, InterruptedException {
    try {
      long millis = settings.timeout().toMillis();
      var ack = acknowledgement.get(millis, TimeUnit.MILLISECONDS);
      return ack.isDuplicate() ? 0 : ack.getSeqno();
    } catch (TimeoutException e) {
      throw new IOException(
          "no acknowledgement within " + settings.timeout() + refusals.suffix(), e);
    } catch (CancellationException e) {
      throw new IOException(
          "the connection broke before the acknowledgement" + refusals.suffix(), e);
    } catch (ExecutionException e) {
      if (!isAlreadyThere(e.getCause())) {
        throw new IOException("not acknowledged: " + e.getCause(), e);
      }
      return 0;
    }
  }

  private static boolean isAlreadyThere(@Nullable Throwable cause) {
    if (cause instanceof JetStreamApiException e) {
      int code = e.getApiErrorCode();
      return code == WRONG_LAST_SEQUENCE || code == NO_MORE_ON_THE_SUBJECT;
    }
    return cause != null && cause.getCause() != null && isAlreadyThere(cause.getCause());
  }

  /**
   * That the record is there, in its place or beside it. Beside it goes where a superseded record
   * is, and where the server names a message that it can't give: a block of its store is gone, and
   * until its next start it refuses that subject.
   */
  private StreamMark.Message confirm(StreamRecord entry, Predicate<byte[]> superseded)
      throws IOException, Fork, InterruptedException {
    var there = there(entry.subject());
    if (there.isPresent() && Arrays.equals(data(there.get()), entry.bytes())) {
      return message(there.get());
    }
    if (there.isPresent() && !superseded.test(data(there.get()))) {
      throw new Fork(entry, data(there.get()));
    }
    String subject = entry.besideSubject();
    var sent = publisher.publishAsync(subject, entry.headers(), entry.bytes(), once(subject));
    var _ = await(sent);
    var beside =
        there(subject)
            .orElseThrow(() ->
                new IOException(
                    "the server names record %d of %s and can't give it, nor what was put beside it: restart the NATS server"
                        .formatted(entry.seq(), entry.execution())));
    if (!Arrays.equals(data(beside), entry.bytes())) {
      throw new Fork(entry, data(beside));
    }
    return message(beside);
  }

  private Optional<MessageInfo> there(String subject) throws IOException {
    return StoredRecords.last(management, subject);
  }
}
