package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.json.RecordJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the bucket holds of a log: its segments, and its head under a signature. */
public record SegmentManifest(SignedLogHead head, List<Segment> segments) {
  private static final int SHORT_HASH = 16;

  /**
   * Lines of a log in one object.
   *
   * @param from the number of its first record, and {@code to} of its last
   */
  public record Segment(long from, long to, String name, String sha256) {
    static Segment of(String execution, long from, long to, byte[] lines) {
      String sha256 = CanonicalJson.sha256(lines);
      String name =
          "logs/%s/%d-%d.%s.jsonl".formatted(execution, from, to, sha256.substring(0, SHORT_HASH));
      return new Segment(from, to, name, sha256);
    }
  }

  public SegmentManifest {
    segments = List.copyOf(segments);
  }

  /** Of the object. */
  public String name() {
    return name(head.execution(), head.end());
  }

  /** Under which the head stands of a log that ended so. */
  public static String name(String execution, LogHead end) {
    return "logs/%s/head-%d.%s.json"
        .formatted(execution, end.seq(), end.hash().substring(0, SHORT_HASH));
  }

  /** Whether it fits itself and the keys that are trusted. */
  List<String> wrong(TrustedKeys trust) {
    var wrong = new ArrayList<String>();
    long next = 1;
    for (Segment segment : segments) {
      if (segment.from() != next) {
        wrong.add("record " + next + " is in no segment");
      }
      next = segment.to() + 1;
    }
    if (next != head.records() + 1) {
      wrong.add(
          "the segments end with record %d, and the head with %d"
              .formatted(next - 1, head.records()));
    }
    wrong.addAll(head.wrong(trust));
    return wrong;
  }

  /** Whether these records end with it. */
  List<String> wrong(List<byte[]> log) {
    return log.size() == head.records() && head.begins(log)
        ? List.of()
        : List.of("the records don't end with the signed head");
  }

  byte[] bytes() {
    var out = head.fields();
    out.put("segments", segments.stream().map(RecordJson::map).toList());
    return CanonicalJson.bytes(out);
  }

  /** Empty where it isn't one. */
  public static Optional<SegmentManifest> read(Map<String, Object> f) {
    if (!(f.get("segments") instanceof List<?> listed)) {
      return Optional.empty();
    }
    var segments = listed.stream().flatMap(one -> segment(one).stream()).toList();
    return SignedLogHead.read(f)
        .map(head -> new SegmentManifest(head, segments))
        .filter(h -> h.segments().size() == listed.size());
  }

  private static Optional<Segment> segment(Object one) {
    return one instanceof Map<?, ?> map
            && StrictJson.object(map).get("from") instanceof Long from
            && map.get("to") instanceof Long to
            && map.get("name") instanceof String name
            && map.get("sha256") instanceof String sha256
        ? Optional.of(new Segment(from, to, name, sha256))
        : Optional.empty();
  }
}
