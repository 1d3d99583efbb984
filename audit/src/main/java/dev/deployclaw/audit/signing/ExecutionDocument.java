package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.verify.DocumentDerivation;
import dev.deployclaw.audit.verify.chain.HashChainChecker;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The execution log as one JSON document: what {@code run --json} and {@code log ID --json} print.
 * Each value follows from the records, by {@link DocumentDerivation}; the same records give the
 * same text. Its schema is {@value #SCHEMA} beside this class.
 *
 * @param fields in the order in which they are printed; values are JSON-like, decimals {@code
 *     BigDecimal}
 */
public record ExecutionDocument(Map<String, Object> fields) {
  public static final String SCHEMA = "execution-log.schema.json";

  public ExecutionDocument {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /**
   * @param records all of one execution, in order, as read back from the journal
   */
  public static ExecutionDocument of(List<byte[]> records) {
    return new ExecutionDocument(DocumentDerivation.document(parsed(records)));
  }

  /**
   * The same, with the head signed; but only where the records, as they were read back, are a whole
   * chain: nothing else is signed.
   */
  public static ExecutionDocument of(List<byte[]> records, HeadSigner signer) {
    var fields = new LinkedHashMap<>(DocumentDerivation.document(parsed(records)));
    String execution = String.valueOf(fields.get("execution_id"));
    var chain = new HashChainChecker(execution);
    records.forEach(chain::next);
    if (chain.findings().isEmpty()) {
      var audit =
          new LinkedHashMap<>(
              StrictJson.object((Map<?, ?>) fields.getOrDefault("audit", Map.of())));
      audit.putAll(signer.log(execution, chain.seq(), chain.head()));
      fields.put("audit", audit);
    }
    return new ExecutionDocument(fields);
  }

  /** Indented JSON with a line feed at the end. */
  public String text() {
    return JsonFormatter.pretty(fields);
  }

  /** How the execution ended: a word of the interface, or {@link DocumentDerivation#UNFINISHED}. */
  public String result() {
    return String.valueOf(fields.get("result"));
  }

  private static List<Map<String, Object>> parsed(List<byte[]> records) {
    if (records.isEmpty()) {
      throw new IllegalArgumentException("an execution without a record");
    }
    var out = new ArrayList<Map<String, Object>>();
    for (byte[] bytes : records) {
      try {
        out.add(StrictJson.parseObject(bytes));
      } catch (StrictJson.Malformed e) {
        throw new IllegalArgumentException("not a record: " + e.getMessage(), e);
      }
    }
    return out;
  }
}
