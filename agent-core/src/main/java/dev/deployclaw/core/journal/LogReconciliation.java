package dev.deployclaw.core.journal;

import dev.deployclaw.core.log.RecordSealer.LogHead;
import java.util.Arrays;
import java.util.List;

/**
 * How the file of a log goes together with what the state store holds of it. The store is right:
 * nobody writes there but who leads. Pure.
 */
public sealed interface LogReconciliation {
  /**
   * The file holds what the store holds, or the store goes on where the file ends.
   *
   * @param missing records that the file lacks
   */
  record Continued(List<byte[]> missing) implements LogReconciliation {}

  /**
   * Both hold a record and go on from it differently: another machine went on, and didn't know what
   * this one wrote last.
   *
   * @param after the last record that they have in common
   * @param missing what comes after it
   */
  record Parted(long after, List<byte[]> missing) implements LogReconciliation {}

  /** Begun elsewhere, or another log of the same name: the file can't become what the store has. */
  record Apart(byte[] last) implements LogReconciliation {}

  /**
   * @param kept the file, from the first record
   * @param stored what the store holds, by number; some are missing
   */
  static LogReconciliation of(List<byte[]> kept, List<byte[]> stored) {
    int common = common(kept, stored);
    var missing = stored.stream().filter(r -> ExecutionLog.head(r).seq() > common).toList();
    if (!missing.isEmpty() && !follow(missing, end(kept, common))) {
      return new Apart(stored.getLast());
    }
    if (common == kept.size()) {
      return new Continued(missing);
    }
    return common > 0 ? new Parted(common, missing) : new Apart(stored.getLast());
  }

  /** How many records of the file stand: all before the first for which the store has another. */
  private static int common(List<byte[]> kept, List<byte[]> stored) {
    for (byte[] there : stored) {
      int seq = Math.toIntExact(ExecutionLog.head(there).seq());
      if (seq <= kept.size() && !Arrays.equals(kept.get(seq - 1), there)) {
        return seq - 1;
      }
    }
    return kept.size();
  }

  private static LogHead end(List<byte[]> kept, int count) {
    return count == 0 ? LogHead.START : ExecutionLog.head(kept.get(count - 1));
  }

  private static boolean follow(List<byte[]> records, LogHead from) {
    LogHead end = from;
    for (byte[] next : records) {
      LogHead head = ExecutionLog.head(next);
      if (head.seq() != end.seq() + 1 || !ExecutionLog.previous(next).equals(end.hash())) {
        return false;
      }
      end = head;
    }
    return true;
  }
}
