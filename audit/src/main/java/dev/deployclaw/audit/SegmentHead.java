package dev.deployclaw.audit;

import dev.deployclaw.audit.verify.HeadSignature;
import dev.deployclaw.audit.verify.Json;
import dev.deployclaw.policy.json.Canonical;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the bucket holds of a log: its segments, and its head under a signature, which is that of
 * the log's document.
 *
 * @param records how many
 * @param hash of the last record
 */
record SegmentHead(String execution, long records, String hash, List<Segment> segments, Seal seal) {
  private static final int SHORT_HASH = 16;

  /**
   * Lines of a log in one object.
   *
   * @param from the number of its first record, and {@code to} of its last
   */
  record Segment(long from, long to, String name, String sha256) {
    static Segment of(String execution, long from, long to, byte[] lines) {
      String sha256 = Canonical.sha256(lines);
      String name =
          "logs/%s/%d-%d.%s.jsonl".formatted(execution, from, to, sha256.substring(0, SHORT_HASH));
      return new Segment(from, to, name, sha256);
    }
  }

  /** By whom. */
  record Seal(String signature, String key) {}

  SegmentHead {
    segments = List.copyOf(segments);
  }

  static SegmentHead sign(
      String execution, List<byte[]> records, List<Segment> segments, HeadSigner signer) {
    String hash = hash(execution, records, records.size());
    var seal = new Seal(signer.sign(execution, records.size(), hash), signer.publicKey());
    return new SegmentHead(execution, records.size(), hash, segments, seal);
  }

  private static String hash(String execution, List<byte[]> records, long seq) {
    return StreamRecord.of(execution, seq, records.get((int) seq - 1)).hash();
  }

  String name() {
    return "logs/%s/head-%d.%s.json".formatted(execution, records, hash.substring(0, SHORT_HASH));
  }

  /** Whether a log begins with what this is the head of. */
  boolean begins(List<byte[]> log) {
    return log.size() >= records && hash(execution, log, records).equals(hash);
  }

  /** Whether it fits itself and the key that is trusted. */
  List<String> wrong(String trustedKey) {
    var wrong = new ArrayList<String>();
    long next = 1;
    for (Segment segment : segments) {
      if (segment.from() != next) {
        wrong.add("record " + next + " is in no segment");
      }
      next = segment.to() + 1;
    }
    if (next != records + 1) {
      wrong.add(
          "the segments end with record %d, and the head with %d".formatted(next - 1, records));
    }
    if (!seal.key().equals(trustedKey)
        || !HeadSignature.holds(
            HeadSignature.message(execution, records, hash), seal.signature(), seal.key())) {
      wrong.add("the head isn't signed with the trusted key");
    }
    return wrong;
  }

  /** Whether these records end with it. */
  List<String> wrong(List<byte[]> log) {
    return log.size() == records && begins(log)
        ? List.of()
        : List.of("the records don't end with the signed head");
  }

  byte[] bytes() {
    return Canonical.bytes(
        Map.of(
            "execution",
            execution,
            "records",
            records,
            "head",
            hash,
            "segments",
            segments.stream()
                .map(s ->
                    Map.of("from", s.from(), "to", s.to(), "name", s.name(), "sha256", s.sha256()))
                .toList(),
            "signature",
            seal.signature(),
            "key",
            seal.key()));
  }

  /** Empty where it isn't one. */
  static Optional<SegmentHead> read(Map<String, Object> f) {
    if (f.get("execution") instanceof String execution
        && f.get("records") instanceof Long records
        && f.get("head") instanceof String hash
        && f.get("segments") instanceof List<?> listed
        && f.get("signature") instanceof String signature
        && f.get("key") instanceof String key) {
      var segments = listed.stream().flatMap(one -> segment(one).stream()).toList();
      return Optional.of(
              new SegmentHead(execution, records, hash, segments, new Seal(signature, key)))
          .filter(h -> h.segments().size() == listed.size());
    }
    return Optional.empty();
  }

  private static Optional<Segment> segment(Object one) {
    return one instanceof Map<?, ?> map
            && Json.object(map).get("from") instanceof Long from
            && map.get("to") instanceof Long to
            && map.get("name") instanceof String name
            && map.get("sha256") instanceof String sha256
        ? Optional.of(new Segment(from, to, name, sha256))
        : Optional.empty();
  }
}
