package dev.deployclaw.audit;

import dev.deployclaw.audit.verify.Chain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The records of a log as they come, whoever writes them. Each look reads on where the last one
 * ended, and follows the chain on. For one thread.
 */
public final class LogTail {
  private final JournalFolder folder;
  private final String execution;
  private final List<String> hashes = new ArrayList<>();
  private Chain chain;
  private byte[] last = new byte[0];
  private long length = -1;
  private long next;

  LogTail(JournalFolder folder, String execution) {
    this.folder = folder;
    this.execution = execution;
    this.chain = new Chain(execution);
  }

  /**
   * What has come since the last look. Another machine may have gone on with the log, so that its
   * last records are others by now: then those.
   *
   * @throws DamagedJournal where the chain breaks
   */
  public List<byte[]> next() {
    long now = folder.length(execution);
    if (now == length) {
      return List.of();
    }
    length = now;
    try {
      long from = Math.max(0, next - last.length - 1);
      var lines = read(from);
      boolean begins = last.length == 0;
      boolean goesOn =
          begins || (!lines.lines().isEmpty() && Arrays.equals(lines.lines().getFirst(), last));
      return goesOn ? taken(lines, begins ? 0 : 1) : again();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the journal of " + execution, e);
    }
  }

  private List<byte[]> again() throws IOException {
    var before = List.copyOf(hashes);
    hashes.clear();
    chain = new Chain(execution);
    last = new byte[0];
    var all = taken(read(0), 0);
    int same = 0;
    while (same < Math.min(before.size(), all.size())
        && before.get(same).equals(hashes.get(same))) {
      same++;
    }
    return all.subList(same, all.size());
  }

  private RecordLines read(long from) throws IOException {
    var span = new RecordLines.Span(from, Long.MAX_VALUE, RecordLines.MOST_RECORDS + 1);
    return RecordLines.read(folder.records(execution), span).withoutTornLast();
  }

  private List<byte[]> taken(RecordLines lines, int known) {
    var fresh = lines.lines().subList(known, lines.lines().size());
    for (byte[] bytes : fresh) {
      chain.next(bytes);
      if (!chain.findings().isEmpty()) {
        var first = chain.findings().getFirst();
        throw new DamagedJournal(execution, first.seq(), first.what());
      }
      hashes.add(chain.head());
      last = bytes;
    }
    next = lines.next();
    return fresh;
  }
}
