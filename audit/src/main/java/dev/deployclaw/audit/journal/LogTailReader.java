package dev.deployclaw.audit.journal;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.verify.chain.HashChainChecker;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.log.BucketCopy;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.SupersededRecords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The records of a log as they come, from any writer. Each look reads on where the last one ended,
 * follows the chain on, and takes no more than it is asked for: however long the log is, a few
 * records are in memory. Of one in the bucket alone a part is, of another journal's the whole. One
 * thread at a time.
 */
public final class LogTailReader {
  /** Bytes of a look's records, but for the last of them. */
  static final int MOST_BYTES = 256 << 10;

  /** Parts that are read over to come to the first record that isn't had. */
  private static final int MOST_PARTS = 100_000;

  private static final long NOWHERE = -1;

  private final Journal journal;
  private final Optional<JournalFolder> folder;
  private final String execution;
  private LogHead had;
  private HashChainChecker chain;
  private byte[] last = new byte[0];
  private long next;
  private Optional<BucketCopy.Part> held = Optional.empty();

  LogTailReader(Journal journal, Optional<JournalFolder> folder, String execution, LogHead had) {
    this.journal = journal;
    this.folder = folder;
    this.execution = execution;
    this.had = had;
    this.chain = new HashChainChecker(execution);
  }

  /**
   * Of a journal that is no folder.
   *
   * @param had as for {@link FileJournal#tail(String, Head)}
   */
  public static LogTailReader of(Journal journal, String execution, LogHead had) {
    return new LogTailReader(journal, Optional.empty(), execution, had);
  }

  /**
   * What has come.
   *
   * @param superseded the last record that still holds, where another machine went on with the log
   *     from there: all that was given of what followed counts for nothing, and the records are
   *     what is in its place
   * @param more whether more is there already
   */
  public record Look(Optional<LogHead> superseded, List<SealedRecord> records, boolean more) {
    public Look {
      records = List.copyOf(records);
    }
  }

  /** Lines that follow what was read, and where the first one begins that wasn't read. */
  private record Part(List<byte[]> lines, long next, boolean more) {}

  /**
   * What has come since the last look.
   *
   * @param most records
   * @throws DamagedJournalException where the chain breaks
   */
  public Look next(int most) {
    boolean anew = false;
    for (int parts = 0; parts < MOST_PARTS; parts++) {
      var part = ahead(most);
      var fresh = part.flatMap(this::taken);
      if (fresh.isEmpty()) {
        beginAnew();
        anew = true;
      } else if (!fresh.get().isEmpty() || !part.get().more()) {
        return new Look(anew ? Optional.of(had) : Optional.empty(), fresh.get(), part.get().more());
      }
    }
    return new Look(anew ? Optional.of(had) : Optional.empty(), List.of(), true);
  }

  /** Whether the last record that was read says how the execution ended. */
  public boolean atEnd() {
    return RecordLines.isEnd(last);
  }

  /** Empty where the log doesn't go on from what was read. */
  private Optional<Part> ahead(int most) {
    try {
      return folder.isPresent() ? inFile(folder.get(), most) : elsewhere(most);
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the journal of " + execution, e);
    }
  }

  /** Begins with the last line that was read: it may be another one by now. */
  private Optional<Part> inFile(JournalFolder files, int most) throws IOException {
    var file = files.records(execution);
    if (!Files.exists(file)) {
      return elsewhere(most);
    }
    if (next == NOWHERE) {
      findPlace();
    }
    int known = last.length == 0 ? 0 : 1;
    long from = known == 0 ? 0 : next - last.length - 1;
    long until = from + last.length + 1 + MOST_BYTES;
    var read = RecordLines.read(file, new RecordLines.Span(from, until, known + most));
    if (read.lines().isEmpty() && !Files.exists(file)) {
      return elsewhere(most);
    }
    var whole = read.withoutTornLast();
    if (known == 1 && (whole.lines().isEmpty() || !Arrays.equals(whole.lines().getFirst(), last))) {
      return Optional.empty();
    }
    boolean torn = whole.lines().size() < read.lines().size();
    boolean more = !torn && (read.lines().size() == known + most || read.next() >= until);
    var lines = whole.lines().subList(known, whole.lines().size());
    return Optional.of(new Part(lines, whole.next(), more));
  }

  /** There is a file by now: what was read without one has to be found in it. */
  private void findPlace() {
    if (chain.seq() >= had.seq()) {
      had = new LogHead(chain.seq(), chain.head());
    }
    rewind();
  }

  private Optional<Part> elsewhere(int most) {
    long at = chain.seq();
    if (held.filter(part -> part.follows(at)).isEmpty()) {
      held = inBucket(at);
    }
    return held.isPresent() ? inPart(held.get(), most) : inWhole(most);
  }

  private Optional<Part> inPart(BucketCopy.Part part, int most) {
    var all = part.records();
    int from = (int) Math.min(all.size(), chain.seq() - part.after());
    if (from < all.size() && !ExecutionLog.previous(all.get(from)).equals(chain.head())) {
      return Optional.empty();
    }
    long wanted = Math.max(chain.seq(), had.seq()) - part.after() + most;
    int until = (int) Math.min(all.size(), wanted);
    boolean more = part.more() || until < all.size();
    return Optional.of(new Part(all.subList(from, until), NOWHERE, more));
  }

  private Optional<BucketCopy.Part> inBucket(long after) {
    try {
      return journal.bucket().part(execution, after);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BucketUnavailableException("stopped while the log of " + execution + " was read");
    }
  }

  private Optional<Part> inWhole(int most) {
    var all = journal.read(execution);
    int at = (int) chain.seq();
    if (at > all.size() || (at > 0 && !Arrays.equals(all.get(at - 1), last))) {
      return Optional.empty();
    }
    int until = (int) Math.min(all.size(), Math.max(at, had.seq()) + most);
    return Optional.of(new Part(all.subList(at, until), NOWHERE, until < all.size()));
  }

  /** Those that aren't had; empty where what is had isn't in the log. */
  private Optional<List<SealedRecord>> taken(Part part) {
    var fresh = new ArrayList<SealedRecord>();
    for (byte[] bytes : part.lines()) {
      chain.next(bytes);
      if (!chain.findings().isEmpty()) {
        var first = chain.findings().getFirst();
        throw new DamagedJournalException(execution, first.seq(), first.what());
      }
      last = bytes;
      var head = new LogHead(chain.seq(), chain.head());
      if (head.seq() == had.seq() && !head.hash().startsWith(had.hash())) {
        return Optional.empty();
      }
      if (head.seq() == had.seq()) {
        had = head;
      } else if (head.seq() > had.seq()) {
        fresh.add(new SealedRecord(bytes, head));
      }
    }
    next = part.next();
    boolean cut = !part.more() && chain.seq() < had.seq() && !had.hash().isEmpty();
    return cut ? Optional.empty() : Optional.of(fresh);
  }

  /**
   * Goes back to where the log was never another one: before the first record that was ever taken
   * out of it, of those that may have been read.
   */
  private void beginAnew() {
    long read = Math.max(had.seq(), chain.seq());
    long first =
        journal.superseded().stream()
            .filter(lost -> lost.execution().equals(execution))
            .mapToLong(SupersededRecords::from)
            .filter(from -> from <= read)
            .min()
            .orElse(1);
    had = new LogHead(first - 1, "");
    rewind();
  }

  private void rewind() {
    chain = new HashChainChecker(execution);
    last = new byte[0];
    next = 0;
  }
}
