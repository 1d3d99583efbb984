package dev.deployclaw.audit.stream;

import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.policy.json.CanonicalJson;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.Predicate;

/**
 * The JetStream stream that holds each record once, on a subject of its own, and gives nothing up.
 * A connection that breaks isn't repaired but left for a new one, so what was sent is a prefix of
 * what was to be sent. For one thread.
 *
 * <p>{@code discard_new_per_subject} is what makes a second message on a subject an error; without
 * it that message replaces the first one, deny delete or not.
 */
public final class AuditStream implements AutoCloseable {
  public static final String NAME = "DEPLOYCLAW_AUDIT";

  private static final int NO_SUCH_STREAM = 10059;
  static final int NO_SUCH_MESSAGE = 10037;

  private final NatsErrorListener refusals;
  private final Connection connection;
  private final JetStreamManagement management;
  private final StreamPublisher publishing;

  private AuditStream(NatsSettings settings, NatsErrorListener refusals, Connection connection)
      throws IOException {
    this.refusals = refusals;
    this.connection = connection;
    var options = JetStreamOptions.builder().requestTimeout(settings.timeout()).build();
    this.management = connection.jetStreamManagement(options);
    this.publishing =
        new StreamPublisher(
            connection.jetStream(options), management, refusals, settings.timeout());
  }

  /** What can't be answered by trying again: another record stands where this one belongs. */
  public static final class Fork extends Exception {
    private final transient StreamCopy.Fork what;

    Fork(StreamRecord entry, byte[] there) {
      super(
          "FORK: the stream holds another record %d of %s"
              .formatted(entry.seq(), entry.execution()));
      this.what = of(entry.execution(), entry.seq(), entry.bytes(), there);
    }

    public StreamCopy.Fork what() {
      return what;
    }

    public static StreamCopy.Fork of(String execution, long seq, byte[] here, byte[] there) {
      return new StreamCopy.Fork(
          execution, seq, CanonicalJson.sha256(here), CanonicalJson.sha256(there), false);
    }
  }

  /** Connects, and makes the stream or checks that it is as it must be. */
  public static AuditStream connect(NatsSettings settings)
      throws IOException, InterruptedException {
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
  public static AuditStream look(NatsSettings settings) throws IOException, InterruptedException {
    var refusals = new NatsErrorListener();
    Connection connection = NatsConnector.open(settings, refusals, "deployclaw-audit");
    try {
      return new AuditStream(settings, refusals, connection);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Whether the record isn't larger than a message may be, by what is known of the server. */
  public boolean takes(StreamRecord record) {
    return publishing.takes(record);
  }

  /** As {@link StreamPublisher#publish}. */
  public StreamCheckpoint.Message publish(List<StreamRecord> records, Predicate<byte[]> superseded)
      throws IOException, Fork, RecordRefusedException, InterruptedException {
    return publishing.publish(records, superseded);
  }

  /**
   * Has the server read so many of its messages, evenly spread over all: what a block held that is
   * gone from its disk it counts until it reads one of it.
   *
   * @param shift from 0 to 1, so that another time others are read
   */
  public void touch(int most, double shift) throws IOException {
    long last = stock().last();
    double stride = Math.max(1, (double) last / most);
    for (int i = 0; i < most && i * stride < last; i++) {
      var _ = at(1 + (long) Math.min(last - 1.0, (i + shift) * stride));
    }
  }

  /** How much it holds. */
  public StreamCheckpoint.Stock stock() throws IOException {
    try {
      var info = management.getStreamInfo(NAME);
      var state = info.getStreamState();
      return new StreamCheckpoint.Stock(
          info.getCreateTime().toInstant().toString(),
          state.getMsgCount(),
          state.getLastSequence());
    } catch (JetStreamApiException e) {
      throw new IOException("the stream can't be queried: " + e.getMessage(), e);
    }
  }

  /** What it holds under a number of its own; empty where nothing. */
  public Optional<StreamCheckpoint.Message> at(long seq) throws IOException {
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

  static StreamCheckpoint.Message message(MessageInfo info) {
    return StreamCheckpoint.Message.of(
        info.getSeq(), String.valueOf(info.getSubject()), data(info));
  }

  static byte[] data(MessageInfo info) {
    byte[] data = info.getData();
    return data == null ? new byte[0] : data;
  }

  /** The records of an execution that it holds, by what their subject says behind its id. */
  public SortedMap<String, byte[]> records(String execution)
      throws IOException, InterruptedException {
    return new StreamRecordReader(connection, management).of(execution);
  }

  /** The executions of which it holds the first record. */
  public SortedSet<String> executions() throws IOException {
    return new StreamRecordReader(connection, management).executions();
  }

  /** How it stands; makes and changes nothing. */
  StreamHealth health() throws IOException {
    var found = info();
    if (found.isEmpty()) {
      return new StreamHealth.Absent();
    }
    var configuration = found.get().getConfiguration();
    var wrong = StreamRequirements.wrong(configuration);
    if (!wrong.isEmpty()) {
      return new StreamHealth.Unfit(StreamRequirements.sentence(wrong));
    }
    return new StreamHealth.Kept(
        found.get().getStreamState().getMsgCount(),
        configuration.getReplicas(),
        limits(configuration).most(),
        connection.getServerInfo().getServerId());
  }

  /** The client says so where its connection was closed meanwhile; else it is a bug, and thrown. */
  public IOException broken(IllegalStateException e) {
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

  /** Makes the stream, or checks that it is as it must be. */
  public void requireStream() throws IOException {
    var info = info();
    var there = info.isPresent() ? info.get() : create();
    StreamRequirements.require(there);
    publishing.within(limits(there.getConfiguration()));
  }

  private MessageSizeLimits limits(StreamConfiguration configuration) {
    return new MessageSizeLimits(connection.getMaxPayload(), configuration.getMaximumMessageSize());
  }

  /** Empty where there is no such stream. */
  private Optional<StreamInfo> info() throws IOException {
    try {
      return Optional.of(management.getStreamInfo(NAME));
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() == NO_SUCH_STREAM) {
        return Optional.empty();
      }
      throw new IOException("the stream can't be queried: " + e.getMessage(), e);
    } catch (IOException e) {
      throw refusals.suffix().isEmpty()
          ? e
          : new IOException(e.getMessage() + refusals.suffix(), e);
    }
  }

  private StreamInfo create() throws IOException {
    try {
      return management.addStream(StreamRequirements.configuration());
    } catch (JetStreamApiException e) {
      throw new IOException("the stream can't be created: " + e.getMessage(), e);
    }
  }
}
