package dev.deployclaw.audit.shipping;

import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.core.log.StreamCopy.Repaired;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.json.StrictJsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Records that the stream acknowledged and doesn't hold. Kept in a file before they are shipped
 * again, so that the process that continues after a crash reports the same loss, once.
 *
 * @param noticed an RFC 3339 instant
 */
record StreamLoss(String noticed, String cause, List<Range> ranges) {
  /** The most ranges that a record lists; the file's hash is over all of them. */
  private static final int MOST_LISTED = 1_000;

  private static final int NAME = 32;

  /** Numbers of one log that follow each other, both ends included. */
  record Range(String execution, long from, long to) {
    long records() {
      return to - from + 1;
    }

    boolean holds(String one, long seq) {
      return execution.equals(one) && seq >= from && seq <= to;
    }

    private static Range read(StrictJsonObject json) {
      return new Range(json.text("execution"), json.number("from"), json.number("to"));
    }
  }

  StreamLoss {
    ranges = List.copyOf(ranges);
  }

  /**
   * @param missing numbers of one log, ascending
   */
  static List<Range> ranges(String execution, List<Long> missing) {
    var out = new ArrayList<Range>();
    for (long seq : missing) {
      if (!out.isEmpty() && out.getLast().to() == seq - 1) {
        out.set(out.size() - 1, new Range(execution, out.getLast().from(), seq));
      } else {
        out.add(new Range(execution, seq, seq));
      }
    }
    return out;
  }

  /** What of it is given again, where some is not; empty where nothing is. */
  StreamLoss without(List<Range> left) {
    var given = new ArrayList<Range>();
    for (var range : ranges) {
      var seqs =
          LongStream.rangeClosed(range.from(), range.to())
              .filter(seq -> left.stream().noneMatch(l -> l.holds(range.execution(), seq)))
              .boxed()
              .toList();
      given.addAll(ranges(range.execution(), seqs));
    }
    return new StreamLoss(noticed, cause, given);
  }

  static StreamLoss read(byte[] bytes) throws IOException {
    return StreamStateFiles.entry(
        "lost stream records",
        "loss",
        bytes,
        json ->
            new StreamLoss(
                json.text("noticed"), json.text("cause"), json.objects("ranges", Range::read)));
  }

  byte[] bytes() {
    return RecordJson.canonical(this);
  }

  /** The same for the same content. */
  String name() {
    return CanonicalJson.sha256(bytes()).substring(0, NAME);
  }

  long records() {
    return ranges.stream().mapToLong(Range::records).sum();
  }

  Repaired repaired() {
    return new Repaired(
        name(),
        records(),
        cause,
        Map.of(
            "stream", AuditStream.NAME,
            "noticed", noticed,
            "cause", cause,
            "records", records(),
            "ranges", ranges.size(),
            "lost", ranges.stream().limit(MOST_LISTED).map(RecordJson::map).toList(),
            "sha256", CanonicalJson.sha256(bytes())));
  }
}
