package dev.deployclaw.core.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Recorder;
import dev.deployclaw.core.log.Recorder.Head;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.Thought;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chain of one execution's records as it grows. Where the state store holds another chain than
 * this machine's file (it was begun, or taken over, on another machine), the file is left alone,
 * and only what transactions write goes on. Used by one thread.
 */
final class ThoughtLog {
  /** A record and what it says. */
  private record Kept(Sealed sealed, Thought thought) {}

  private static final Logger LOG = LoggerFactory.getLogger(ThoughtLog.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Recorder recorder;
  private final Journal journal;
  private final Writers writers;
  private final Progress progress;
  private final String execution;
  private Head head;
  private boolean ended;
  private boolean elsewhere;
  private boolean silent;
  private Optional<Kept> doubted = Optional.empty();

  ThoughtLog(Ports ports, Progress progress, String execution) {
    this.recorder = ports.recorder();
    this.journal = ports.journal();
    this.writers = ports.writers();
    this.progress = progress;
    this.execution = execution;
    writers.begin(execution);
    var records = journal.read(execution);
    this.head = records.isEmpty() ? Head.START : head(records.getLast());
    this.ended = ended(records);
  }

  String execution() {
    return execution;
  }

  /** Whether the last record, here or in the state store, says how it ended. */
  boolean ended() {
    return ended;
  }

  /**
   * From now on nothing is kept: whether a transaction took the next number can't be told, or
   * another agent writes this log by now. The next start ends it.
   */
  void fallSilent() {
    silent = true;
    writers.end(execution);
  }

  boolean silent() {
    return silent;
  }

  /**
   * Whether this record's transaction was applied can't be told. It has its number all the same:
   * what follows comes after it, so that it fits whichever is true.
   */
  void doubt(Sealed sealed, Thought thought) {
    doubted = Optional.of(new Kept(sealed, thought));
  }

  /** The number of the record that the state store may or may not hold. */
  Optional<Long> doubted() {
    return doubted.map(kept -> kept.sealed().head().seq());
  }

  /** Seals and keeps a record that changes no state. */
  void add(Thought thought) {
    if (silent) {
      return;
    }
    if (elsewhere) {
      progress.thought(thought);
    } else {
      keep(seal(thought), thought);
    }
  }

  /** Seals a record for a transaction; {@link #keep} follows once the transaction is applied. */
  Sealed seal(Thought thought) {
    if (doubted.isPresent() && doubted.get().sealed().head().seq() > head.seq()) {
      keep(doubted.get().sealed(), doubted.get().thought());
    }
    return recorder.seal(head, thought);
  }

  void keep(Sealed sealed, Thought thought) {
    append(sealed);
    ended = thought.phase() == Phase.END;
    if (ended) {
      writers.end(execution);
    }
    progress.thought(thought);
  }

  /**
   * Fetches records that a transaction wrote and that never reached the file: the agent died in
   * between.
   */
  void catchUp(StateStore state) throws InterruptedException {
    var kept = journal.read(execution);
    for (var entry : state.list(Keys.audits(execution))) {
      var there = head(entry.value());
      if (!elsewhere && !follows(entry.value(), kept)) {
        elsewhere = true;
        LOG.atWarn()
            .addKeyValue("execution", execution)
            .addKeyValue("record", there.seq())
            .log("Its log was written elsewhere: only what changes state goes on, in etcd");
      }
      if (elsewhere || there.seq() > head.seq()) {
        append(new Sealed(entry.value(), there));
        ended = isEnd(entry.value());
      }
    }
    doubted = doubted.filter(d -> d.sealed().head().seq() > head.seq());
  }

  /** Whether a record of the state store is in the file, or continues it. */
  private boolean follows(byte[] record, List<byte[]> kept) {
    long seq = head(record).seq();
    return seq <= kept.size()
        ? Arrays.equals(kept.get((int) seq - 1), record)
        : seq == head.seq() + 1 && json(record).path("prev").asText().equals(head.hash());
  }

  /** Whether an execution's last record says how it ended. */
  static boolean ended(List<byte[]> records) {
    return !records.isEmpty() && isEnd(records.getLast());
  }

  /** Whether an execution's records say that something was published. */
  static boolean published(List<byte[]> records) {
    return records.stream()
        .anyMatch(r -> json(r).path("phase").asText().equals(Phase.PUBLISH.word()));
  }

  /** When a change came to a state, by its record; empty where there is none. */
  static Optional<String> timeOf(List<byte[]> records, String change, String state) {
    return records.stream()
        .map(ThoughtLog::json)
        .filter(r -> r.path("facts").path("change").asText().equals(change))
        .filter(r -> r.path("facts").path("state").asText().equals(state))
        .map(r -> r.path("time").asText())
        .findFirst();
  }

  /** What was asked for, in the words of whoever did. */
  static Optional<String> request(List<byte[]> records) {
    return records.stream()
        .map(r -> json(r).path("facts").path("request"))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .findFirst();
  }

  private void append(Sealed sealed) {
    if (!elsewhere) {
      journal.append(execution, sealed);
    }
    head = sealed.head();
  }

  private static boolean isEnd(byte[] record) {
    return json(record).path("phase").asText().equals(Phase.END.word());
  }

  /** Where a chain stands after a record, or as the state store's head of it says. */
  static Head head(byte[] record) {
    JsonNode json = json(record);
    return new Head(json.path("seq").asLong(), json.path("hash").asText());
  }

  private static JsonNode json(byte[] record) {
    try {
      return JSON.readTree(record);
    } catch (IOException e) {
      throw new UncheckedIOException("a kept record isn't JSON", e);
    }
  }
}
