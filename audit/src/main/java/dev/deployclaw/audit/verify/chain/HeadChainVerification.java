package dev.deployclaw.audit.verify.chain;

import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The chain that all executions make, as {@code audit chain} prints it: a link for each end of a
 * log, each with the hash of the one before, and the last one signed.
 *
 * @param links those that can be read, in order
 * @param findings what is wrong with it; {@code seq} is the number of a link
 */
public record HeadChainVerification(List<Link> links, List<VerificationFinding> findings) {
  private static final long VERSION = 1;
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Set<String> FIELDS =
      Set.of("schema_version", "link", "execution_id", "records", "head", "prev", "hash");
  private static final Set<String> AUDIT = Set.of("links", "head", "signature", "key", "rotations");

  /**
   * @param records how many the log had when it ended so
   * @param head the hash of the last of them
   */
  public record Link(
      long number, String execution, long records, String head, String prev, String hash) {}

  public static HeadChainVerification read(byte[] document, TrustedKeys trust) {
    try {
      return new Reading().read(StrictJson.parseObject(document), trust);
    } catch (StrictJson.Malformed e) {
      return new HeadChainVerification(List.of(), List.of(VerificationFinding.unread(0, e)));
    }
  }

  /** What is wrong with links, as they are stored. */
  public static List<VerificationFinding> links(List<?> links) {
    var reading = new Reading();
    links.forEach(reading::next);
    return List.copyOf(reading.findings);
  }

  private static final class Reading {
    private final List<Link> links = new ArrayList<>();
    private final List<VerificationFinding> findings = new ArrayList<>();
    private final Map<String, Long> ended = new HashMap<>();
    private String head = "";
    private long number;
    private boolean newer;

    HeadChainVerification read(Map<String, Object> document, TrustedKeys trust) {
      Map<String, Object> audit =
          document.get("audit") instanceof Map<?, ?> map ? StrictJson.object(map) : Map.of();
      unknown(document, Set.of("links", "audit"));
      unknown(audit, AUDIT);
      if (document.get("links") instanceof List<?> list) {
        list.forEach(this::next);
      } else {
        found(Code.BAD_RECORD, 0, "there is no list of links");
      }
      if (newer) {
        return new HeadChainVerification(List.copyOf(links), List.copyOf(findings));
      }
      if (!head.equals(audit.get("head")) || !Long.valueOf(number).equals(audit.get("links"))) {
        found(Code.DERIVED, 0, "audit names another end than the last link");
      }
      findings.addAll(
          trust.judge(audit, rotations -> HeadSignature.chain(number, head, rotations)));
      return new HeadChainVerification(List.copyOf(links), List.copyOf(findings));
    }

    private void unknown(Map<String, Object> object, Set<String> known) {
      object.keySet().stream()
          .filter(key -> !known.contains(key))
          .findFirst()
          .ifPresent(key -> found(Code.BAD_RECORD, 0, key + " isn't a field of a chain"));
    }

    private void next(Object item) {
      if (newer) {
        return;
      }
      long expected = number + 1;
      if (item instanceof Map<?, ?> map && newer(map)) {
        newer = true;
        found(Code.NEWER_VERSION, expected, "is newer than this verifier knows: take a later one");
        return;
      }
      var link =
          item instanceof Map<?, ?> map ? link(StrictJson.object(map)) : Optional.<Link>empty();
      if (link.isEmpty()) {
        found(Code.BAD_RECORD, expected, "isn't a link");
        number = expected;
        return;
      }
      follow(link.get(), StrictJson.object((Map<?, ?>) item), expected);
    }

    private void follow(Link link, Map<String, Object> fields, long expected) {
      number = link.number();
      if (number != expected) {
        found(Code.SEQ, expected, "expected link " + expected + ", found " + number);
      }
      if (!head.equals(link.prev())) {
        found(Code.PREV, number, "doesn't name the link before it");
      }
      if (!link.hash().equals(HashChainChecker.hash(fields))) {
        found(Code.HASH, number, "doesn't hash to what it says");
      }
      if (ended.getOrDefault(link.execution(), 0L) >= link.records()) {
        found(Code.DOUBLED, number, link.execution() + " had ended so, or later, before");
      }
      ended.put(link.execution(), link.records());
      head = link.hash();
      links.add(link);
    }

    private static boolean newer(Map<?, ?> item) {
      return item.get("schema_version") instanceof Long version && version > VERSION;
    }

    private static Optional<Link> link(Map<String, Object> fields) {
      boolean shaped =
          fields.keySet().equals(FIELDS)
              && Long.valueOf(VERSION).equals(fields.get("schema_version"));
      return shaped
              && fields.get("link") instanceof Long number
              && fields.get("execution_id") instanceof String execution
              && fields.get("records") instanceof Long records
              && fields.get("head") instanceof String head
              && fields.get("prev") instanceof String prev
              && fields.get("hash") instanceof String hash
              && number > 0
              && records > 0
              && !execution.isEmpty()
              && HASH.matcher(head).matches()
              && HASH.matcher(hash).matches()
              && (prev.isEmpty() || HASH.matcher(prev).matches())
          ? Optional.of(new Link(number, execution, records, head, prev, hash))
          : Optional.empty();
    }

    private void found(Code code, long where, String what) {
      findings.add(new VerificationFinding(code, where, what));
    }
  }
}
