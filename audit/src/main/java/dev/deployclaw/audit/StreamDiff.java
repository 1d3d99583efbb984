package dev.deployclaw.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * Holds the stream against the journal, record by record. Reads only; both may grow meanwhile, and
 * what isn't shipped yet is told as missing. One execution at a time is in memory.
 */
public final class StreamDiff implements AutoCloseable {
  private final FileJournal journal;
  private final AuditStream stream;

  private StreamDiff(FileJournal journal, AuditStream stream) {
    this.journal = journal;
    this.stream = stream;
  }

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
   * @param seq of the record
   */
  public record Difference(String execution, long seq, Kind kind) {}

  /**
   * @param records of the journal
   */
  public record Compared(String execution, long records, List<Difference> differences) {
    public Compared {
      differences = List.copyOf(differences);
    }
  }

  /**
   * @throws IOException when the server can't be reached
   */
  public static StreamDiff open(FileJournal journal, NatsSettings settings)
      throws IOException, InterruptedException {
    return new StreamDiff(journal, AuditStream.look(settings));
  }

  /**
   * @throws IOException when the stream can't be read
   * @throws DamagedJournal when the journal isn't whole: what it holds says nothing of the stream
   */
  public Compared compare(String execution) throws IOException, InterruptedException {
    // the stream first: what comes into both meanwhile is in the journal already
    var shipped = stream.records(execution);
    var written = journal.read(execution);
    var differences = new ArrayList<Difference>();
    var seqs = new TreeSet<Long>(shipped.keySet());
    for (long seq = 1; seq <= written.size(); seq++) {
      seqs.add(seq);
    }
    for (long seq : seqs) {
      kind(seq, written, shipped)
          .ifPresent(kind -> differences.add(new Difference(execution, seq, kind)));
    }
    return new Compared(execution, written.size(), differences);
  }

  private static Optional<Kind> kind(
      long seq, List<byte[]> written, SortedMap<Long, byte[]> shipped) {
    byte[] there = shipped.get(seq);
    if (seq < 1 || seq > written.size()) {
      return Optional.of(Kind.EXTRA);
    }
    if (there == null) {
      return Optional.of(Kind.MISSING);
    }
    return Arrays.equals(there, written.get((int) seq - 1))
        ? Optional.empty()
        : Optional.of(Kind.DIFFERENT);
  }

  @Override
  public void close() {
    stream.close();
  }
}
