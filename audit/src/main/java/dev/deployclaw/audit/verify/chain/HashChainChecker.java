package dev.deployclaw.audit.verify.chain;

import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Follows a chain record by record: each hashes to its {@code hash}, names the one before as {@code
 * prev}, and has the next number. After a fault it goes on from what the record says, so that one
 * fault gives few findings; it ends with the first record of a later version. For one thread.
 */
public final class HashChainChecker {
  private final String execution;
  private final List<VerificationFinding> findings = new ArrayList<>();
  private long seq;
  private String head = "";
  private boolean newer;

  /**
   * @param execution the id that each record must carry
   */
  public HashChainChecker(String execution) {
    this.execution = execution;
  }

  /** Takes the bytes of the next record as they are stored, which must be the canonical ones. */
  public void next(byte[] stored) {
    if (newer) {
      return;
    }
    try {
      Map<String, Object> entry = StrictJson.parseObject(stored);
      if (!new String(stored, StandardCharsets.UTF_8).equals(JsonFormatter.canonical(entry))) {
        found(Code.NOT_CANONICAL, seq + 1, "the bytes aren't the canonical form of the record");
      }
      next(entry);
    } catch (StrictJson.Malformed e) {
      seq++;
      findings.add(VerificationFinding.unread(seq, e));
    }
  }

  /** Takes the next record. */
  public void next(Map<String, Object> entry) {
    if (newer) {
      return;
    }
    long expected = seq + 1;
    if (RecordSchema.newer(entry)) {
      newer = true;
      found(Code.NEWER_VERSION, expected, "is newer than this verifier knows: take a later one");
      return;
    }
    var fault = RecordSchema.fault(entry);
    if (fault.isPresent()) {
      found(Code.BAD_RECORD, expected, fault.get());
      seq = expected;
      return;
    }
    seq = entry.get("seq") instanceof Long n ? n : expected;
    if (seq != expected) {
      found(Code.SEQ, expected, "expected record " + expected + ", found " + seq);
    }
    if (!execution.equals(entry.get("execution_id"))) {
      found(Code.EXECUTION, seq, "belongs to " + entry.get("execution_id"));
    }
    if (!head.equals(entry.get("prev"))) {
      found(Code.PREV, seq, "doesn't name the record before it");
    }
    head = String.valueOf(entry.get("hash"));
    if (!head.equals(hash(entry))) {
      found(Code.HASH, seq, "doesn't hash to what it says");
    }
  }

  /** The number of the last record; 0 for none. */
  public long seq() {
    return seq;
  }

  /** The hash of the last record; empty for none. */
  public String head() {
    return head;
  }

  /** Whether it met a record of a later version. */
  public boolean newer() {
    return newer;
  }

  public List<VerificationFinding> findings() {
    return List.copyOf(findings);
  }

  /** SHA-256 over the canonical bytes of a record without its {@code hash}, in lower-case hex. */
  public static String hash(Map<String, Object> entry) {
    var rest = new TreeMap<>(entry);
    rest.remove("hash");
    return sha256(JsonFormatter.canonical(rest).getBytes(StandardCharsets.UTF_8));
  }

  /** In lower-case hex. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private void found(Code code, long where, String what) {
    findings.add(new VerificationFinding(code, where, what));
  }
}
