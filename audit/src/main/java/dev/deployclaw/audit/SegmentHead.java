package dev.deployclaw.audit;

import dev.deployclaw.audit.verify.HeadSignature;
import dev.deployclaw.audit.verify.Json;
import dev.deployclaw.audit.verify.Trust;
import dev.deployclaw.policy.json.Canonical;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the bucket holds of a log: its segments, and its head under a signature, which is that of
 * the log's document.
 *
 * @param records how many
 * @param hash of the last record
 * @param seal its {@code signature}, the {@code key} and, where there were any, {@code rotations}
 */
record SegmentHead(
    String execution, long records, String hash, List<Segment> segments, Map<String, Object> seal) {
  private static final int SHORT_HASH = 16;
  private static final Set<String> SEAL = Set.of("signature", "key", "rotations");

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

  SegmentHead {
    segments = List.copyOf(segments);
    seal = Map.copyOf(seal);
  }

  static SegmentHead sign(
      String execution, List<byte[]> records, List<Segment> segments, HeadSigner signer) {
    String hash = hash(execution, records, records.size());
    return new SegmentHead(
        execution, records.size(), hash, segments, signer.log(execution, records.size(), hash));
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

  /** Whether it fits itself and the keys that are trusted. */
  List<String> wrong(Trust trust) {
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
    trust
        .judge(seal, rotations -> HeadSignature.message(execution, records, hash, rotations))
        .forEach(finding -> wrong.add(finding.what()));
    return wrong;
  }

  /** Whether these records end with it. */
  List<String> wrong(List<byte[]> log) {
    return log.size() == records && begins(log)
        ? List.of()
        : List.of("the records don't end with the signed head");
  }

  byte[] bytes() {
    var out = new TreeMap<String, Object>(seal);
    out.put("execution", execution);
    out.put("records", records);
    out.put("head", hash);
    out.put("segments", segments.stream().map(SegmentHead::map).toList());
    return Canonical.bytes(out);
  }

  private static Map<String, Object> map(Segment s) {
    return Map.of("from", s.from(), "to", s.to(), "name", s.name(), "sha256", s.sha256());
  }

  /** Empty where it isn't one. */
  static Optional<SegmentHead> read(Map<String, Object> f) {
    if (f.get("execution") instanceof String execution
        && f.get("records") instanceof Long records
        && f.get("head") instanceof String hash
        && f.get("segments") instanceof List<?> listed) {
      var segments = listed.stream().flatMap(one -> segment(one).stream()).toList();
      var seal = new TreeMap<>(f);
      seal.keySet().retainAll(SEAL);
      return Optional.of(new SegmentHead(execution, records, hash, segments, seal))
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
