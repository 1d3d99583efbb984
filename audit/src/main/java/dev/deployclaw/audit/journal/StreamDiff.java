package dev.deployclaw.audit.journal;

import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.audit.stream.RecordDifference;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;

/**
 * Holds the stream against the journal, record by record. A record is in its place, or beside it
 * where that holds what another machine went on without, or what the server can't give. Reads only;
 * both may grow meanwhile, and what isn't shipped yet is told as missing. One execution at a time
 * is in memory.
 */
public record StreamDiff(FileJournal journal, AuditStream stream) implements AutoCloseable {
  /**
   * @param records of the journal
   */
  public record Compared(String execution, long records, List<RecordDifference> differences) {
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
        execution,
        written.size(),
        RecordDifference.between(execution, shipped, written, lost(execution)));
  }

  /** Records that another machine went on without: the stream may hold them, too. */
  private List<byte[]> lost(String execution) {
    return journal.superseded().stream()
        .filter(moved -> moved.execution().equals(execution))
        .flatMap(moved -> journal.read(moved).stream())
        .toList();
  }

  @Override
  public void close() {
    stream.close();
  }
}
