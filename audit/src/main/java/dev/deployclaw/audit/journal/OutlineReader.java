package dev.deployclaw.audit.journal;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.folder.RecordFile;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.record.RecordLines.Span;
import dev.deployclaw.audit.verify.chain.HashChainChecker;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.LogOutline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** Reads the two ends of a long log's file. Any thread. */
record OutlineReader(JournalFolder folder) {
  /** Bytes of a log that is long: of some 7,000 records. */
  static final long LONG = 4 << 20;

  /** Records of each end. */
  private static final int MOST = 16;

  /** A line that begins before it, a whole one, and a torn one. */
  private static final int END_BYTES = 3 * (RecordLines.MOST_LINE + 1);

  /**
   * Empty where it isn't long, or not as whole at its end as an agent leaves it.
   *
   * @throws DamagedJournalException when a record of the ends isn't what it was
   */
  Optional<LogOutline> read(String execution) {
    long length = folder.length(execution);
    return length < LONG ? Optional.empty() : read(execution, length);
  }

  private Optional<LogOutline> read(String execution, long length) {
    try {
      var file = folder.records(execution);
      var first = RecordLines.read(file, new Span(0, length, MOST)).lines();
      var _ = RecordFile.check(execution, first); // before what may be no record ends the search
      var end = RecordLines.read(file, new Span(length - END_BYTES, length, Integer.MAX_VALUE));
      var whole = end.withoutTornLast().lines();
      return whole.size() < 2
          ? Optional.empty()
          : Optional.of(outline(execution, first, whole.subList(1, whole.size())));
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the journal of " + execution, e);
    }
  }

  /**
   * Of lines at both ends of a long log, at least one of each.
   *
   * @throws DamagedJournalException when a record of the ends isn't what it was
   */
  static LogOutline outline(String execution, List<byte[]> first, List<byte[]> last) {
    var begin = first.subList(0, Math.min(first.size(), MOST));
    var _ = RecordFile.check(execution, begin);
    var end = last.subList(Math.max(0, last.size() - MOST), last.size());
    return new LogOutline(begin, end, number(execution, end));
  }

  /** Of the last record, after each was hashed. */
  private static long number(String execution, List<byte[]> records) {
    long seq = 0;
    Object before = null;
    for (byte[] one : records) {
      try {
        var entry = StrictJson.parseObject(one);
        seq = entry.get("seq") instanceof Long number ? number : 0;
        if (!execution.equals(entry.get("execution_id"))
            || !HashChainChecker.hash(entry).equals(entry.get("hash"))) {
          throw new DamagedJournalException(execution, seq, "doesn't hash to what it says");
        }
        if (before != null && !before.equals(entry.get("prev"))) {
          throw new DamagedJournalException(execution, seq, "doesn't name the record before it");
        }
        before = entry.get("hash");
      } catch (StrictJson.Malformed e) {
        throw new DamagedJournalException(execution, seq + 1, "isn't JSON: " + e.getMessage());
      }
    }
    return seq;
  }
}
