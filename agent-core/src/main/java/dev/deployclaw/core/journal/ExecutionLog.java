package dev.deployclaw.core.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.log.DecisionBasis;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogWriterRegistry;
import dev.deployclaw.core.log.RecordSealer;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.spi.StateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chain of one execution's records as it grows. Where it was begun on another machine, so that
 * this one has no file of it, it grows in the state store alone: what changes no state waits there
 * for the next transaction. Used by one thread.
 */
public final class ExecutionLog {
  /** A record and what it says. */
  private record Kept(SealedRecord sealed, LogEntry thought) {}

  /** The fact of an end: the number of the record that the state store may or may not hold. */
  static final String IN_DOUBT = "in_doubt";

  /** The most records, and bytes of them, that wait for a transaction; more aren't kept. */
  private static final int MOST_WAITING = 48;

  private static final int MOST_BYTES = 256 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(ExecutionLog.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RecordSealer sealer;
  private final Journal journal;
  private final LogWriterRegistry writers;
  private final ProgressListener progress;
  private final String execution;
  private LogHead head;
  private Optional<JsonNode> end;
  private boolean elsewhere;
  private boolean silent;
  private Optional<Kept> doubted = Optional.empty();
  private final List<SealedRecord> waiting = new ArrayList<>();
  private final EvidenceIndex trail = new EvidenceIndex();

  ExecutionLog(AgentPorts ports, ProgressListener progress, String execution) {
    this.sealer = ports.sealer();
    this.journal = ports.journal();
    this.writers = ports.writers();
    this.progress = progress;
    this.execution = execution;
    writers.begin(execution);
    var records = journal.read(execution);
    this.head = records.isEmpty() ? LogHead.START : head(records.getLast());
    this.end = end(records);
    records.forEach(record -> trail.learn(json(record)));
  }

  String execution() {
    return execution;
  }

  /** Whether the last record, here or in the state store, says how it ended. */
  boolean ended() {
    return end.isPresent();
  }

  /** Whether that record says that one before it may or may not have been applied. */
  boolean endedInDoubt() {
    return isDoubt(end);
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
   * what follows comes after it, so that it fits whichever is true. Where no file keeps it, nothing
   * follows: the store must hold a whole chain.
   */
  void doubt(SealedRecord sealed, LogEntry thought) {
    if (elsewhere) {
      fallSilent();
    } else {
      doubted = Optional.of(new Kept(sealed, thought));
    }
  }

  /** The number of the record that the state store may or may not hold. */
  Optional<Long> doubted() {
    return doubted.map(kept -> kept.sealed().head().seq());
  }

  /** On what of this log a thought rests that is sealed next, if it decides something. */
  DecisionBasis basis(Optional<RecordedDecision> decision) {
    if (decision.isEmpty()) {
      return DecisionBasis.NONE;
    }
    if (!silent) {
      settleDoubt();
    }
    return new DecisionBasis(decision, trail.evidence(decision.get()));
  }

  /** Seals and keeps a record that changes no state. */
  void add(LogEntry thought) {
    if (silent) {
      return;
    }
    if (elsewhere) {
      await(seal(thought), thought);
      progress.thought(thought);
    } else {
      keep(seal(thought), thought);
    }
  }

  /** What no file keeps, and the next transaction writes beside its own record. */
  List<SealedRecord> waiting() {
    return List.copyOf(waiting);
  }

  private void await(SealedRecord sealed, LogEntry thought) {
    int bytes = sealed.bytes().length + waiting.stream().mapToInt(s -> s.bytes().length).sum();
    if (waiting.size() < MOST_WAITING && bytes <= MOST_BYTES) {
      waiting.add(sealed);
      head = sealed.head();
      trail.learn(head.seq(), thought);
    }
  }

  /** Seals a record for a transaction; {@link #keep} follows once the transaction is applied. */
  SealedRecord seal(LogEntry thought) {
    settleDoubt();
    return sealer.seal(head, thought);
  }

  private void settleDoubt() {
    if (doubted.isPresent() && doubted.get().sealed().head().seq() > head.seq()) {
      keep(doubted.get().sealed(), doubted.get().thought());
    }
  }

  void keep(SealedRecord sealed, LogEntry thought) {
    append(sealed);
    trail.learn(sealed.head().seq(), thought);
    end = thought.phase() == Phase.END ? end(sealed.bytes()) : Optional.empty();
    if (ended()) {
      writers.end(execution);
    }
    progress.thought(thought);
  }

  /**
   * Fetches records that a transaction wrote and that never reached the file: the agent died in
   * between, or another machine wrote them. What the file has in their place is set aside.
   */
  void catchUp(StateStore state) throws InterruptedException {
    var stored = new StoredLogReader(state, journal.bucket()).records(execution);
    if (elsewhere && !stored.isEmpty()) {
      follow(stored);
    } else {
      join(LogReconciliation.of(journal.read(execution), stored), stored);
    }
    doubted = doubted.filter(d -> d.sealed().head().seq() > head.seq());
  }

  private void join(LogReconciliation junction, List<byte[]> stored) {
    switch (junction) {
      case LogReconciliation.Continued(var missing) -> missing.forEach(this::take);
      case LogReconciliation.Parted(long after, var missing) -> {
        warn(after, "Another machine continued this log from this record: later records are lost");
        journal.supersede(execution, after);
        trail.forgetAfter(after);
        missing.forEach(this::take);
      }
      case LogReconciliation.Apart(byte[] last) -> {
        warn(head(last).seq(), "Its log was started on another machine: it continues in etcd only");
        elsewhere = true;
        follow(stored);
      }
    }
  }

  private void take(byte[] record) {
    append(new SealedRecord(record, head(record)));
    trail.learn(json(record));
    end = end(record);
  }

  private void follow(List<byte[]> stored) {
    waiting.clear();
    head = head(stored.getLast());
    end = end(stored.getLast());
    trail.forgetAfter(0);
    stored.forEach(record -> trail.learn(json(record)));
  }

  private void warn(long record, String what) {
    LOG.atWarn().addKeyValue("execution", execution).addKeyValue("record", record).log(what);
  }

  /** Whether an execution's last record says how it ended. */
  public static boolean ended(List<byte[]> records) {
    return end(records).isPresent();
  }

  /** The same of an execution that isn't told now. */
  public static boolean endedInDoubt(List<byte[]> records) {
    return isDoubt(end(records));
  }

  private static boolean isDoubt(Optional<JsonNode> end) {
    return end.filter(e -> e.path("facts").has(IN_DOUBT)).isPresent();
  }

  private static Optional<JsonNode> end(List<byte[]> records) {
    return records.isEmpty() ? Optional.empty() : end(records.getLast());
  }

  /** Whether an execution's records say that something was published. */
  public static boolean published(List<byte[]> records) {
    return records.stream()
        .anyMatch(r -> json(r).path("phase").asText().equals(Phase.PUBLISH.word()));
  }

  /** When a change reached a state, by its record; empty if there is none. */
  public static Optional<String> timeOf(List<byte[]> records, String change, String state) {
    return records.stream()
        .map(ExecutionLog::json)
        .filter(r -> r.path("facts").path("change").asText().equals(change))
        .filter(r -> r.path("facts").path("state").asText().equals(state))
        .map(r -> r.path("time").asText())
        .findFirst();
  }

  /** What the first record with this action says, each fact as text; empty where there is none. */
  public static Optional<Map<String, String>> facts(List<byte[]> records, String action) {
    return records.stream()
        .map(ExecutionLog::json)
        .filter(r -> r.path("action").asText().equals(action))
        .findFirst()
        .map(r -> {
          var out = new TreeMap<String, String>();
          r.path("facts").properties().forEach(f -> out.put(f.getKey(), f.getValue().asText()));
          return out;
        });
  }

  /** Why a log ended as it did, if this is its end. */
  public static Optional<String> reason(byte[] record) {
    return end(record).map(e -> e.path("facts").path("reason").asText());
  }

  /** The action of the record whose detail is the whole request of several turns. */
  public static final String CONVERSATION = "Reading the conversation";

  /** What was asked for in the requester's words: the whole, where its last turn is an answer. */
  public static Optional<String> request(List<byte[]> records) {
    var all = records.stream().map(ExecutionLog::json).toList();
    var whole =
        all.stream()
            .filter(r -> r.path("action").asText().equals(CONVERSATION))
            .map(r -> r.path("detail"));
    return Stream.concat(whole, all.stream().map(r -> r.path("facts").path("request")))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .findFirst();
  }

  private void append(SealedRecord sealed) {
    if (!elsewhere) {
      journal.append(execution, sealed);
    }
    waiting.clear();
    head = sealed.head();
  }

  private static Optional<JsonNode> end(byte[] record) {
    return Optional.of(json(record)).filter(r -> r.path("phase").asText().equals(Phase.END.word()));
  }

  /** Where a chain stands after a record, or as the state store's head of it says. */
  public static LogHead head(byte[] record) {
    JsonNode json = json(record);
    return new LogHead(json.path("seq").asLong(), json.path("hash").asText());
  }

  /** The hash of the record before it. */
  public static String previous(byte[] record) {
    return json(record).path("prev").asText();
  }

  private static JsonNode json(byte[] record) {
    try {
      return JSON.readTree(record);
    } catch (IOException e) {
      throw new UncheckedIOException("a kept record isn't JSON", e);
    }
  }
}
