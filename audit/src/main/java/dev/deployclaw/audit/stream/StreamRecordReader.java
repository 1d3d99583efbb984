package dev.deployclaw.audit.stream;

import dev.deployclaw.audit.record.StreamRecord;
import io.nats.client.Connection;
import io.nats.client.FetchConsumeOptions;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.OrderedConsumerContext;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.StreamInfoOptions;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads the records of an execution out of the stream. A server whose store lost a block goes on
 * naming what was in it; such a record isn't held. For one thread.
 */
record StreamRecordReader(Connection connection, JetStreamManagement management) {
  /** Records in one answer. */
  private static final int MOST_AT_ONCE = 256;

  /**
   * By what their subject says behind the execution's id: a number, and for what is stored beside
   * another record its hash.
   *
   * @throws IOException when they can't all be read, or when the stream isn't there
   */
  SortedMap<String, byte[]> of(String execution) throws IOException, InterruptedException {
    var out = new TreeMap<String, byte[]>();
    read(execution, StreamRecord.subjectsOf(execution), out);
    read(execution, StreamRecord.besideSubjectsOf(execution), out);
    return out;
  }

  /**
   * The executions of which the stream holds the first record, by their subjects alone: as many
   * names as there are are in memory.
   */
  SortedSet<String> executions() throws IOException {
    return named(StreamRecord.FIRST_ONES).stream()
        .map(StreamRecord::executionOf)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The newest message of a subject; empty where there is none, or none that can be read. */
  static Optional<MessageInfo> last(JetStreamManagement management, String subject)
      throws IOException {
    try {
      return Optional.of(management.getLastMessage(AuditStream.NAME, subject));
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() == AuditStream.NO_SUCH_MESSAGE) {
        return Optional.empty();
      }
      throw new IOException(subject + " can't be read back: " + e.getMessage(), e);
    }
  }

  private void read(String execution, String filter, SortedMap<String, byte[]> into)
      throws IOException, InterruptedException {
    Set<String> named = named(filter);
    if (named.isEmpty()) {
      return;
    }
    long expected = (long) into.size() + named.size();
    try {
      var only = new OrderedConsumerConfiguration().filterSubject(filter);
      var consumer = connection.getStreamContext(AuditStream.NAME).createOrderedConsumer(only);
      int came = MOST_AT_ONCE;
      while (into.size() < expected && came > 0) {
        came = fetch(consumer, execution, into);
      }
    } catch (JetStreamApiException e) {
      throw new IOException("the stream can't be read: " + e.getMessage(), e);
    }
    for (String subject : named) {
      String place = StreamRecord.placeOf(execution, subject);
      if (!into.containsKey(place)) {
        last(management, subject).ifPresent(m -> into.put(place, AuditStream.data(m)));
      }
    }
  }

  private Set<String> named(String filter) throws IOException {
    try {
      var subjects = StreamInfoOptions.filterSubjects(filter);
      var state = management.getStreamInfo(AuditStream.NAME, subjects).getStreamState();
      return state.getSubjectMap().keySet();
    } catch (JetStreamApiException e) {
      throw new IOException("the stream can't be queried: " + e.getMessage(), e);
    }
  }

  @SuppressWarnings("try") // closing the fetch can be interrupted, as the fetch itself
  private static int fetch(
      OrderedConsumerContext consumer, String execution, SortedMap<String, byte[]> into)
      throws IOException, JetStreamApiException, InterruptedException {
    var options = FetchConsumeOptions.builder().maxMessages(MOST_AT_ONCE).noWait().build();
    int read = 0;
    try (var some = consumer.fetch(options)) {
      for (var m = some.nextMessage(); m != null; m = some.nextMessage()) {
        into.put(StreamRecord.placeOf(execution, m.getSubject()), m.getData());
        read++;
      }
    } catch (JetStreamStatusCheckedException e) {
      throw new IOException("the stream can't be read: " + e.getMessage(), e);
    } catch (IOException | JetStreamApiException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("the reader can't be closed: " + e, e);
    }
    return read;
  }
}
