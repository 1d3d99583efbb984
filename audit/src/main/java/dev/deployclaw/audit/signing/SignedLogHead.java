package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.audit.verify.chain.HeadSignature;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where a log ended, under the signature that its document has. Kept beside the log from when it
 * ended, so that nothing else is signed for it later.
 *
 * @param records how many
 * @param hash of the last record, which covers all
 * @param seal its {@code signature}, the {@code key} and, where there were any, {@code rotations}
 */
record SignedLogHead(String execution, long records, String hash, Map<String, Object> seal) {
  private static final Set<String> SEAL = Set.of("signature", "key", "rotations");

  SignedLogHead {
    seal = Map.copyOf(seal);
  }

  /**
   * @param records all of the log, as they were read back
   */
  static SignedLogHead sign(String execution, List<byte[]> records, HeadSigner signer) {
    String hash = hash(execution, records, records.size());
    return new SignedLogHead(
        execution, records.size(), hash, signer.log(execution, records.size(), hash));
  }

  private static String hash(String execution, List<byte[]> records, long seq) {
    return StreamRecord.of(execution, seq, records.get((int) seq - 1)).hash();
  }

  /** The name of the file beside the log. */
  static String name(String execution) {
    return execution + JournalFolder.HEAD;
  }

  /** Whether a log begins with what this is the head of. */
  boolean begins(List<byte[]> log) {
    return records > 0 && log.size() >= records && hash(execution, log, records).equals(hash);
  }

  /** Whether this is the head of a log that ends so. */
  boolean ends(List<byte[]> last) {
    return StreamRecord.of(execution, records, last.getLast()).hash().equals(hash);
  }

  LogHead end() {
    return new LogHead(records, hash);
  }

  /** Why its signature doesn't hold; none where it does. */
  List<String> wrong(TrustedKeys trust) {
    return trust
        .judge(seal, rotations -> HeadSignature.message(execution, records, hash, rotations))
        .stream()
        .map(finding -> finding.what())
        .toList();
  }

  /** Its fields, for JSON. */
  Map<String, Object> fields() {
    var out = new TreeMap<String, Object>(seal);
    out.put("execution", execution);
    out.put("records", records);
    out.put("head", hash);
    return out;
  }

  byte[] bytes() {
    return CanonicalJson.bytes(fields());
  }

  /** Empty where it isn't one. */
  static Optional<SignedLogHead> read(byte[] bytes) {
    return StrictJson.findObject(bytes).flatMap(SignedLogHead::read);
  }

  static Optional<SignedLogHead> read(Map<String, Object> f) {
    if (f.get("execution") instanceof String execution
        && f.get("records") instanceof Long records
        && f.get("head") instanceof String hash) {
      var seal = new TreeMap<>(f);
      seal.keySet().retainAll(SEAL);
      return Optional.of(new SignedLogHead(execution, records, hash, seal));
    }
    return Optional.empty();
  }
}
