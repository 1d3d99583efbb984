package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.verify.BundleVerifier;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The chain that all executions make, as {@code audit chain} prints it: its links and the signature
 * of the last one, where they are a whole chain.
 *
 * @param fields in the order in which they are printed
 */
public record HeadChainDocument(Map<String, Object> fields) {
  public HeadChainDocument {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /**
   * @param stored links as they were read, in any order; what is no link shows as it is, and no
   *     verifier takes it
   */
  public static HeadChainDocument of(List<byte[]> stored, HeadSigner signer) {
    var links = new ArrayList<Map<String, Object>>();
    stored.forEach(bytes -> links.add(parsed(bytes)));
    links.sort(Comparator.comparingLong(HeadChainDocument::number));
    String head = links.isEmpty() ? "" : String.valueOf(links.getLast().get("hash"));
    long last = links.isEmpty() ? 0 : number(links.getLast());
    var audit = new LinkedHashMap<String, Object>();
    audit.put("links", last);
    audit.put("head", head);
    if (BundleVerifier.links(links).isEmpty()) {
      audit.putAll(signer.chain(last, head));
    }
    var fields = new LinkedHashMap<String, Object>();
    fields.put("links", links);
    fields.put("audit", audit);
    return new HeadChainDocument(fields);
  }

  /** Indented JSON with a line feed at the end. */
  public String text() {
    return JsonFormatter.pretty(fields);
  }

  /** Whether it is whole, so that it was signed. */
  public boolean signed() {
    return fields.get("audit") instanceof Map<?, ?> audit && audit.containsKey("signature");
  }

  /** The executions that it names. */
  public Set<String> executions() {
    var out = new TreeSet<String>();
    if (fields.get("links") instanceof List<?> links) {
      for (Object link : links) {
        if (link instanceof Map<?, ?> map && map.get("execution_id") instanceof String id) {
          out.add(id);
        }
      }
    }
    return out;
  }

  private static Map<String, Object> parsed(byte[] bytes) {
    try {
      return StrictJson.parseObject(bytes);
    } catch (StrictJson.Malformed e) {
      return Map.of("unreadable", String.valueOf(e.getMessage()));
    }
  }

  private static long number(Map<String, Object> link) {
    return link.get("link") instanceof Long n ? n : 0;
  }
}
