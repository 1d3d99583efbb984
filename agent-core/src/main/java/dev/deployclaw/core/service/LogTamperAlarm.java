package dev.deployclaw.core.service;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.StreamCopy.Fork;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the kill switch where the stream holds another record than a log, and the log isn't the one
 * that the state store knows: then a log was changed. Once for each, so that a person who thaws has
 * the last word. Where the store knows the log as it is, the stream's record is a forgery: that is
 * told and stops nothing, since a writer of the stream could stop all changes by one message. Needs
 * no leadership.
 */
record LogTamperAlarm(AgentPorts ports, AgentSettings settings, FreezeService freezing) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<TreeMap<String, Object>> RECORD = new TypeReference<>() {};

  private static final Logger LOG = LoggerFactory.getLogger(LogTamperAlarm.class);

  /**
   * The logs of what was frozen. A fork of a log that is still written is left for the next call.
   * Throws {@link StateStore.Unreachable} where it can't be; then nothing else can begin either,
   * and the next call does it.
   */
  List<RequestOutcome> raise() throws InterruptedException {
    List<RequestOutcome> told = new ArrayList<>();
    for (var fork : ports.journal().stream().forks()) {
      if (!fork.alarmed()) {
        raise(fork).ifPresent(told::add);
      }
    }
    return told;
  }

  private Optional<RequestOutcome> raise(Fork fork) throws InterruptedException {
    return switch (verdict(ports.journal(), ports.state(), fork.execution(), fork.seq())) {
      case PROVEN -> {
        LOG.atError()
            .addKeyValue("subject", fork.subject())
            .addKeyValue("sha256", fork.there())
            .log("A forged record is in the stream: the log here is the one that etcd knows");
        ports.journal().stream().alarmed(fork);
        yield Optional.empty();
      }
      case REFUTED -> Optional.of(freeze(fork));
      case OPEN -> Optional.empty(); // the next call knows more
    };
  }

  private RequestOutcome freeze(Fork fork) throws InterruptedException {
    var _ = ports.state().get(StoreKeys.FREEZE); // no log of each try without a store
    String why = fork.sentence();
    var request = new TaskRequest("freeze: " + why, settings.agent(), ports.time().instant());
    var ended = freezing.freeze(request, why);
    if (ended.exit() == ExitCode.OK) {
      ports.journal().stream().alarmed(fork);
    }
    return ended;
  }

  /** What the store says of the log. */
  private enum Verdict {
    /** It knows the log as it is here, up to the record in question at least. */
    PROVEN,
    /** It knows another one, or the log is broken in itself. */
    REFUTED,
    /** It doesn't know that much of it yet. */
    OPEN
  }

  /**
   * Whether a log here is the one that the state store knows. The store keeps the hash of a log's
   * last record and, of those that moved state, the bytes; each record's hash covers all before it.
   * So a log that was changed can't agree with the store, whatever the stream holds.
   *
   * @param seq of the record in question
   */
  private static Verdict verdict(Journal journal, StateStore state, String execution, long seq)
      throws InterruptedException {
    LogHead head =
        state
            .get(StoreKeys.auditHead(execution))
            .map(e -> ExecutionLog.head(e.value()))
            .orElse(LogHead.START);
    var stored = state.list(StoreKeys.audits(execution));
    List<byte[]> records;
    try {
      records = journal.read(execution);
    } catch (BucketUnavailableException e) {
      return Verdict.OPEN;
    }
    if (!unbroken(records) || !stored.stream().allMatch(e -> agrees(records, e))) {
      return Verdict.REFUTED;
    }
    if (head.seq() < seq || records.size() < head.seq()) {
      return Verdict.OPEN;
    }
    return head.equals(ExecutionLog.head(records.get((int) head.seq() - 1)))
        ? Verdict.PROVEN
        : Verdict.REFUTED;
  }

  /** A record that isn't here yet contradicts nothing. */
  private static boolean agrees(List<byte[]> records, Entry stored) {
    long seq = ExecutionLog.head(stored.value()).seq();
    return seq > records.size() || Arrays.equals(records.get((int) seq - 1), stored.value());
  }

  private static boolean unbroken(List<byte[]> records) {
    LogHead last = LogHead.START;
    for (byte[] record : records) {
      LogHead head = ExecutionLog.head(record);
      boolean next =
          head.seq() == last.seq() + 1 && ExecutionLog.previous(record).equals(last.hash());
      if (!next || !hash(record).equals(head.hash())) {
        return false;
      }
      last = head;
    }
    return true;
  }

  /** Of all that a record says, without its hash; empty where it has no canonical form. */
  private static String hash(byte[] record) {
    try {
      var fields = JSON.readValue(record, RECORD);
      fields.remove("hash");
      return CanonicalJson.sha256(CanonicalJson.bytes(fields));
    } catch (IOException | IllegalArgumentException e) {
      return "";
    }
  }
}
