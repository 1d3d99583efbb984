package dev.deployclaw.audit.stream;

import dev.deployclaw.audit.record.StreamRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A record of which the stream and the journal don't hold the same.
 *
 * @param seq of the record
 */
public record RecordDifference(String execution, long seq, Kind kind) {
  /** How a record in the stream isn't the one in the journal. */
  public enum Kind {
    /** The journal has it, and the stream doesn't. */
    MISSING,
    /** The stream has it, and the journal doesn't. */
    EXTRA,
    /** Both have one, of other bytes. */
    DIFFERENT
  }

  /**
   * @param shipped of the stream, by place; taken apart
   * @param lost records of the log that another machine went on without
   */
  public static List<RecordDifference> between(
      String execution,
      SortedMap<String, byte[]> shipped,
      List<byte[]> written,
      List<byte[]> lost) {
    var differences = new ArrayList<RecordDifference>();
    for (int i = 0; i < written.size(); i++) {
      var record = StreamRecord.of(execution, i + 1L, written.get(i));
      kind(record, shipped, lost)
          .ifPresent(kind -> differences.add(new RecordDifference(execution, record.seq(), kind)));
    }
    shipped.forEach((place, bytes) -> {
      if (!contains(lost, bytes)) {
        differences.add(new RecordDifference(execution, StreamRecord.seqOf(place), Kind.EXTRA));
      }
    });
    differences.sort(Comparator.comparingLong(RecordDifference::seq));
    return differences;
  }

  /** Takes what it finds out of what is shipped. */
  private static Optional<Kind> kind(
      StreamRecord record, SortedMap<String, byte[]> shipped, List<byte[]> lost) {
    byte[] there = shipped.remove(Long.toString(record.seq()));
    boolean inPlace = there != null && !contains(lost, there);
    byte[] beside = shipped.get(record.besidePlace());
    if (beside != null && (!inPlace || Arrays.equals(beside, record.bytes()))) {
      shipped.remove(record.besidePlace());
    }
    byte[] held = inPlace ? there : beside;
    if (held == null) {
      return Optional.of(Kind.MISSING);
    }
    return Arrays.equals(held, record.bytes()) ? Optional.empty() : Optional.of(Kind.DIFFERENT);
  }

  private static boolean contains(List<byte[]> records, byte[] bytes) {
    return records.stream().anyMatch(r -> Arrays.equals(r, bytes));
  }
}
