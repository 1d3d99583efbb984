package dev.deployclaw.audit.verify;

import dev.deployclaw.audit.verify.chain.HashChainChecker;
import dev.deployclaw.audit.verify.chain.HeadSignature;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import dev.deployclaw.audit.verify.json.JsonDiff;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.audit.verify.rule.DecisionRules;
import dev.deployclaw.audit.verify.rule.ProcessRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks an execution log with nothing but the log and, where given, the key that is trusted. No
 * findings means: no value in it, at any depth, was changed since it was signed. Without a trusted
 * key it means only that the log agrees with itself and with the key that it names.
 */
public final class LogVerifier {
  private static final int MOST_DIFFERENCES = 20;

  private LogVerifier() {}

  /** Checks a document as {@code log ID --json} prints it. */
  public static List<VerificationFinding> document(byte[] document, Optional<String> trustedKey) {
    return read(document, TrustedKeys.of(trustedKey)).findings();
  }

  /**
   * A document that was checked.
   *
   * @param hashes of its records, in order; none where it can't be read
   */
  record Read(String execution, List<String> hashes, List<VerificationFinding> findings) {}

  static Read read(byte[] document, TrustedKeys trust) {
    try {
      var json = StrictJson.parseObject(document);
      var hashes = recordsIn(json).stream().map(r -> String.valueOf(r.get("hash"))).toList();
      return new Read(execution(json), hashes, document(json, trust));
    } catch (StrictJson.Malformed e) {
      return new Read("", List.of(), List.of(VerificationFinding.unread(0, e)));
    }
  }

  /** Checks the records of one execution as they are stored, from the first to the end record. */
  public static List<VerificationFinding> records(String execution, List<byte[]> stored) {
    var chain = new HashChainChecker(execution);
    stored.forEach(chain::next);
    var findings = new ArrayList<>(chain.findings());
    if (findings.isEmpty()) {
      var records = parsed(stored);
      endFault(records).ifPresent(findings::add);
      findings.addAll(ProcessRules.check(records));
      findings.addAll(DecisionRules.check(records));
    }
    return findings;
  }

  private static List<VerificationFinding> document(
      Map<String, Object> document, TrustedKeys trust) {
    List<Map<String, Object>> records = recordsIn(document);
    if (records.isEmpty()) {
      return List.of(new VerificationFinding(Code.SEQ, 1, "the document holds no record"));
    }
    var chain = new HashChainChecker(execution(document));
    records.forEach(chain::next);
    var findings = new ArrayList<>(chain.findings());
    if (chain.newer()) {
      return findings;
    }
    findings.addAll(signature(document, chain, trust));
    if (chain.findings().isEmpty()) {
      findings.addAll(derived(document, records));
      findings.addAll(ProcessRules.check(records));
      findings.addAll(DecisionRules.check(records));
      endFault(records.getLast()).ifPresent(findings::add);
    }
    return findings;
  }

  private static String execution(Map<String, Object> document) {
    return document.get("execution_id") instanceof String id ? id : "";
  }

  /** All records of the document, by number. Where each stands is checked by deriving it again. */
  private static List<Map<String, Object>> recordsIn(Map<String, Object> document) {
    var records = new ArrayList<Map<String, Object>>();
    records.addAll(StrictJson.objects(document.get("records")));
    for (Map<String, Object> step : StrictJson.objects(document.get("thought_log"))) {
      records.addAll(StrictJson.objects(step.get("records")));
    }
    records.sort(Comparator.comparingLong(r -> r.get("seq") instanceof Long n ? n : 0L));
    return records;
  }

  private static List<VerificationFinding> derived(
      Map<String, Object> document, List<Map<String, Object>> records) {
    var found = new JsonDiff(MOST_DIFFERENCES);
    found.compare("", withoutSignature(document), DocumentDerivation.document(records));
    return found.paths().stream()
        .map(path ->
            new VerificationFinding(Code.DERIVED, 0, path + " doesn't follow from the records"))
        .toList();
  }

  private static Map<String, Object> withoutSignature(Map<String, Object> document) {
    var copy = new LinkedHashMap<>(document);
    if (document.get("audit") instanceof Map<?, ?> audit) {
      var rest = new LinkedHashMap<>(StrictJson.object(audit));
      rest.remove("signature");
      rest.remove("key");
      rest.remove("rotations");
      copy.put("audit", rest);
    }
    return copy;
  }

  private static List<VerificationFinding> signature(
      Map<String, Object> document, HashChainChecker chain, TrustedKeys trust) {
    Map<String, Object> audit =
        document.get("audit") instanceof Map<?, ?> map ? StrictJson.object(map) : Map.of();
    return trust.judge(
        audit,
        rotations ->
            HeadSignature.message(execution(document), chain.seq(), chain.head(), rotations));
  }

  private static Optional<VerificationFinding> endFault(List<Map<String, Object>> records) {
    return records.isEmpty() ? Optional.of(noEnd(0)) : endFault(records.getLast());
  }

  private static List<Map<String, Object>> parsed(List<byte[]> stored) {
    var out = new ArrayList<Map<String, Object>>();
    for (byte[] bytes : stored) {
      try {
        out.add(StrictJson.parseObject(bytes));
      } catch (StrictJson.Malformed e) {
        throw new IllegalArgumentException("the chain read it: " + e.getMessage(), e);
      }
    }
    return out;
  }

  private static Optional<VerificationFinding> endFault(Map<String, Object> last) {
    return "end".equals(last.get("phase"))
        ? Optional.empty()
        : Optional.of(noEnd(last.get("seq") instanceof Long n ? n : 0L));
  }

  private static VerificationFinding noEnd(long seq) {
    return new VerificationFinding(Code.NO_END, seq, "the log stops without an end record");
  }
}
