package dev.deployclaw.audit;

import dev.deployclaw.core.log.Claims;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.log.Superseded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A synced file of JSON lines per execution under {@code <stateDir>/executions}, from which records
 * are shipped to the stream where there is one. Any thread; appends of one execution come in order
 * from one thread at a time. One process at a time appends to an execution, which a file lock sees
 * to; any number read.
 *
 * <p>A disk that fails throws {@link UncheckedIOException}: the record may or may not be there. A
 * chain that is broken throws {@link DamagedJournal}, which names the record.
 */
public final class FileJournal implements Journal {
  private static final int MOST_OPEN = 256;

  private final JournalFolder folder;
  private final Optional<NatsShipper> shipper;
  private final FileClaims claims;
  private final StreamCopyFiles copy;
  private final Map<String, RecordFile> open = new HashMap<>();

  private FileJournal(
      JournalFolder folder, Optional<NatsSettings> stream, Optional<NatsShipper> shipper) {
    this.folder = folder;
    this.shipper = shipper;
    this.copy = new StreamCopyFiles(folder, stream);
    this.claims = new FileClaims(folder.claims());
  }

  /** A journal on disk alone. */
  public static FileJournal open(Path stateDir) {
    return new FileJournal(JournalFolder.in(stateDir), Optional.empty(), Optional.empty());
  }

  /** The same, shipped to a stream; what earlier processes left unshipped too. */
  public static FileJournal open(Path stateDir, NatsSettings stream) {
    return open(stateDir, stream, NatsShipper.LOOK);
  }

  /**
   * @param every how often the stream is held against what it acknowledged
   */
  static FileJournal open(Path stateDir, NatsSettings stream, Duration every) {
    var folder = JournalFolder.in(stateDir);
    var shipper = NatsShipper.start(folder, stream, every);
    return new FileJournal(folder, Optional.of(stream), Optional.of(shipper));
  }

  @Override
  public StreamCopy stream() {
    return copy;
  }

  /** Bytes of log that the stream hasn't acknowledged, whichever process wrote them. */
  public long waiting() {
    return copy.waiting();
  }

  @Override
  public void append(String execution, Sealed sealed) {
    long length = write(execution, sealed);
    shipper.ifPresent(
        s -> s.appended(execution, new ShippingLedger.Mark(sealed.head().seq(), length)));
  }

  @Override
  public List<byte[]> read(String execution) {
    try {
      var lines = RecordLines.read(folder.records(execution), RecordLines.Span.ALL);
      List<byte[]> records = lines.withoutTornLast().lines();
      var _ = RecordFile.check(execution, records);
      return records;
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the journal of " + execution, e);
    }
  }

  /** The records of an execution as they come, from its first. */
  public LogTail tail(String execution) {
    return new LogTail(folder, execution);
  }

  @Override
  public Claims claims() {
    return claims;
  }

  @Override
  public List<String> executions() {
    return folder.executions();
  }

  @Override
  public void supersede(String execution, long after) {
    if (shipper.isPresent()) {
      shipper.get().anew(execution, () -> moveOut(execution, after));
    } else {
      moveOut(execution, after);
    }
  }

  @Override
  public List<Superseded> superseded() {
    return folder.superseded();
  }

  @Override
  public List<byte[]> read(Superseded moved) {
    return folder.read(moved);
  }

  @Override
  public Shipping flush(Duration atMost) throws InterruptedException {
    return shipper.isPresent()
        ? shipper.get().flush(atMost)
        : new Shipping(0, 0, "no stream is configured");
  }

  /** How far the stream has it now, without waiting. */
  public Shipping shipping() {
    return shipper
        .map(NatsShipper::shipping)
        .orElseGet(() -> new Shipping(0, 0, "no stream is configured"));
  }

  /** Stops shipping and closes the files. What isn't shipped is shipped by the next process. */
  @Override
  public void close() {
    shipper.ifPresent(NatsShipper::close);
    synchronized (open) {
      open.values().forEach(FileJournal::closeFile);
      open.clear();
    }
    claims.close();
  }

  private long write(String execution, Sealed sealed) {
    synchronized (open) {
      try {
        return opened(execution).append(sealed);
      } catch (IOException e) {
        forget(execution);
        throw new UncheckedIOException("can't write the journal of " + execution, e);
      }
    }
  }

  private void moveOut(String execution, long after) {
    synchronized (open) {
      try {
        opened(execution).supersede(folder, after);
      } catch (IOException e) {
        forget(execution);
        throw new UncheckedIOException("can't shorten the journal of " + execution, e);
      }
    }
  }

  private RecordFile opened(String execution) throws IOException {
    RecordFile known = open.get(execution);
    if (known != null) {
      return known;
    }
    if (open.size() >= MOST_OPEN) {
      forget(open.keySet().iterator().next());
    }
    RecordFile file = RecordFile.open(folder, execution);
    open.put(execution, file);
    return file;
  }

  /** After a failure the next append reads the file anew: only the disk knows what is on it. */
  private void forget(String execution) {
    RecordFile file = open.remove(execution);
    if (file != null) {
      closeFile(file);
    }
  }

  private static void closeFile(RecordFile file) {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException("can't close a journal file", e);
    }
  }
}
