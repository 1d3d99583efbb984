package dev.deployclaw.core.service;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Whether a log here is the one that the state store knows. The store keeps the hash of a log's
 * last record and, of those that moved state, the bytes; each record's hash covers all before it.
 * So a log that was changed can't agree with the store, whatever the stream holds.
 */
final class LogIntegrityCheck {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<TreeMap<String, Object>> RECORD = new TypeReference<>() {};

  private LogIntegrityCheck() {}

  /** What the store says of the log. */
  enum Verdict {
    /** It knows the log as it is here, up to the record in question at least. */
    PROVEN,
    /** It knows another one, or the log is broken in itself. */
    REFUTED,
    /** It doesn't know that much of it yet. */
    OPEN
  }

  /**
   * @param seq of the record in question
   */
  static Verdict of(Journal journal, StateStore state, String execution, long seq)
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
