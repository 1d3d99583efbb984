package dev.deployclaw.audit.journal;

import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.audit.stream.NatsSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Holds the stream against the journal, record by record. A record is in its place, or beside it
 * where that holds what another machine went on without, or what the server can't give. Reads only;
 * both may grow meanwhile, and what isn't shipped yet is told as missing. One execution at a time
 * is in memory.
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
   * Executions whose first record the stream holds, and that this journal never had: another
   * machine wrote them, or somebody else.
   *
   * @throws IOException when the stream can't be read
   */
  public List<String> elsewhere() throws IOException {
    var here = new HashSet<>(journal.known());
    return stream.executions().stream().filter(id -> !here.contains(id)).toList();
  }

  /**
   * @throws IOException when the stream can't be read
   * @throws DamagedJournalException when the journal isn't whole: what it holds says nothing of the
   *     stream
   */
  public Compared compare(String execution) throws IOException, InterruptedException {
    // the stream first: what comes into both meanwhile is in the journal already
    var shipped = stream.records(execution);
    var written = journal.read(execution);
    return new Compared(
        execution, written.size(), differences(execution, shipped, written, lost(execution)));
  }

  /**
   * @param shipped of the stream, by place; taken apart
   * @param lost records of the log that another machine went on without
   */
  public static List<Difference> differences(
      String execution,
      SortedMap<String, byte[]> shipped,
      List<byte[]> written,
      List<byte[]> lost) {
    var differences = new ArrayList<Difference>();
    for (int i = 0; i < written.size(); i++) {
      var record = StreamRecord.of(execution, i + 1L, written.get(i));
      kind(record, shipped, lost)
          .ifPresent(kind -> differences.add(new Difference(execution, record.seq(), kind)));
    }
    shipped.forEach((place, bytes) -> {
      if (!contains(lost, bytes)) {
        differences.add(new Difference(execution, StreamRecord.seqOf(place), Kind.EXTRA));
      }
    });
    differences.sort(Comparator.comparingLong(Difference::seq));
    return differences;
  }

  /** Records that another machine went on without: the stream may hold them, too. */
  private List<byte[]> lost(String execution) {
    return journal.superseded().stream()
        .filter(moved -> moved.execution().equals(execution))
        .flatMap(moved -> journal.read(moved).stream())
        .toList();
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

  @Override
  public void close() {
    stream.close();
  }
}
