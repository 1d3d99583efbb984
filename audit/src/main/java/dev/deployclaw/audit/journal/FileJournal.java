package dev.deployclaw.audit.journal;

import dev.deployclaw.audit.folder.FileLockClaims;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.folder.RecordFile;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.shipping.NatsShipper;
import dev.deployclaw.audit.shipping.ShippingTracker;
import dev.deployclaw.audit.shipping.StreamStateFiles;
import dev.deployclaw.audit.signing.LocalArchiveMarker;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.signing.LogEndSignatures;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.core.environment.InterruptibleSupplier;
import dev.deployclaw.core.log.BucketCopy;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.LogClaims;
import dev.deployclaw.core.log.LogOutline;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.log.SupersededRecords;
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
 * chain that is broken throws {@link DamagedJournalException}, which names the record.
 */
public final class FileJournal implements Journal {
  private static final int MOST_OPEN = 256;

  private final JournalFolder folder;
  private final Optional<NatsShipper> shipper;
  private final FileLockClaims claims;
  private final StreamStateFiles copy;
  private final Optional<JournalBucketCopy> bucket;
  private final Optional<LogEndSignatures> ends;
  private final Map<String, RecordFile> open = new HashMap<>();

  private FileJournal(
      JournalFolder folder, Optional<Shipped> shipped, Optional<LogCopyVerifier> copies) {
    this.folder = folder;
    this.shipper = shipped.map(Shipped::shipper);
    this.copy = new StreamStateFiles(folder, shipped.map(Shipped::stream));
    this.claims = new FileLockClaims(folder.claims());
    var stream = shipped.map(_ -> copy);
    this.bucket = copies.map(c -> new JournalBucketCopy(folder, c, stream, this::drop));
    this.ends = copies.map(c -> new LogEndSignatures(folder, c.signer()));
  }

  private record Shipped(NatsSettings stream, NatsShipper shipper) {}

  /** A journal on disk alone. */
  public static FileJournal open(Path stateDir) {
    return new FileJournal(JournalFolder.in(stateDir), Optional.empty(), Optional.empty());
  }

  /** The same; logs that left the disk are read from the bucket. */
  public static FileJournal open(Path stateDir, LogCopyVerifier copies) {
    return new FileJournal(JournalFolder.in(stateDir), Optional.empty(), Optional.of(copies));
  }

  /** A journal that is shipped to a stream; what earlier processes left unshipped too. */
  public static FileJournal open(Path stateDir, NatsSettings stream) {
    return open(stateDir, stream, NatsShipper.LOOK);
  }

  /** The same; logs that left the disk are read from the bucket. */
  public static FileJournal open(Path stateDir, NatsSettings stream, LogCopyVerifier copies) {
    return open(stateDir, stream, NatsShipper.LOOK, Optional.of(copies));
  }

  /**
   * @param every how often the stream is compared with what it acknowledged
   */
  public static FileJournal open(Path stateDir, NatsSettings stream, Duration every) {
    return open(stateDir, stream, every, Optional.empty());
  }

  private static FileJournal open(
      Path stateDir, NatsSettings stream, Duration every, Optional<LogCopyVerifier> copies) {
    var folder = JournalFolder.in(stateDir);
    var shipped = new Shipped(stream, NatsShipper.start(folder, stream, every));
    return new FileJournal(folder, Optional.of(shipped), copies);
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
  public void append(String execution, SealedRecord sealed) {
    long length = write(execution, sealed);
    if (ends.isPresent() && RecordLines.isEnd(sealed.bytes())) {
      ends.get().sign(execution);
    }
    shipper.ifPresent(
        s -> s.appended(execution, new ShippingTracker.Mark(sealed.head().seq(), length)));
  }

  @Override
  public List<byte[]> read(String execution) {
    List<byte[]> records = folder.all(execution);
    if (records.isEmpty()) {
      return left(execution);
    }
    var _ = RecordFile.check(execution, records);
    ends.ifPresent(signed -> signed.require(execution, records));
    return records;
  }

  @Override
  public Optional<String> version(String execution) {
    return Optional.of(folder.version(execution));
  }

  @Override
  public Optional<LogOutline> outline(String execution) {
    if (bucket.isPresent() && hasLeft(execution)) {
      return awaited(execution, () -> bucket.get().outline(execution));
    }
    return new OutlineReader(folder)
        .read(execution)
        .filter(log -> ends.isEmpty() || ends.get().covers(execution, log));
  }

  /** Whether its records lie in the bucket alone. */
  public boolean hasLeft(String execution) {
    return folder.length(execution) == 0 && LocalArchiveMarker.of(folder, execution).isPresent();
  }

  /** From the bucket; none where it was never here. */
  private List<byte[]> left(String execution) {
    if (!hasLeft(execution)) {
      return List.of();
    }
    if (bucket.isEmpty()) {
      throw new BucketUnavailableException(
          "the log of " + execution + " was moved to the bucket, and no bucket is configured here");
    }
    return awaited(execution, () -> bucket.get().left(execution)).orElse(List.of());
  }

  private static <T> Optional<T> awaited(
      String execution, InterruptibleSupplier<Optional<T>> reading) {
    try {
      return reading.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BucketUnavailableException("stopped while the log of " + execution + " was read");
    }
  }

  /** The records of an execution as they come, from its first. */
  public LogTailReader tail(String execution) {
    return tail(execution, LogHead.START);
  }

  /**
   * The same, from the one after a record that is had.
   *
   * @param had its hash may be cut short, or empty where it isn't known; where the log has another
   *     record there, the first look says so
   */
  public LogTailReader tail(String execution, LogHead had) {
    return new LogTailReader(this, Optional.of(folder), execution, had);
  }

  @Override
  public LogClaims claims() {
    return claims;
  }

  @Override
  public List<String> executions() {
    return folder.executions();
  }

  @Override
  public List<String> known() {
    return folder.known();
  }

  @Override
  public BucketCopy bucket() {
    return bucket.<BucketCopy>map(files -> files).orElse(BucketCopy.NONE);
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
  public List<SupersededRecords> superseded() {
    return folder.superseded();
  }

  @Override
  public List<byte[]> read(SupersededRecords moved) {
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

  /** Somebody else may have replaced its file: the next append opens it. */
  public void reopen(String execution) {
    synchronized (open) {
      forget(execution);
    }
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

  private long write(String execution, SealedRecord sealed) {
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
        ends.ifPresent(signed -> signed.superseded(execution, after));
      } catch (IOException e) {
        forget(execution);
        throw new UncheckedIOException("can't shorten the journal of " + execution, e);
      }
    }
  }

  /** Whether the file held those records, and is gone now. */
  private boolean drop(String execution, List<byte[]> records) {
    return shipper.isPresent()
        ? shipper.get().quietly(() -> dropped(execution, records))
        : dropped(execution, records);
  }

  private boolean dropped(String execution, List<byte[]> records) {
    synchronized (open) {
      forget(execution);
      if (folder.length(execution) == 0) {
        return true;
      }
      try (var file = RecordFile.open(folder, execution)) {
        return file.dropIf(folder, records);
      } catch (IOException e) {
        throw new UncheckedIOException("can't remove the journal of " + execution, e);
      }
    }
  }

  /** One that left comes back first: it goes on. */
  private RecordFile opened(String execution) throws IOException {
    RecordFile known = open.get(execution);
    if (known != null) {
      return known;
    }
    if (hasLeft(execution)) {
      folder.bringBack(execution, left(execution));
    }
    if (open.size() >= MOST_OPEN) {
      forget(open.keySet().iterator().next());
    }
    RecordFile file = RecordFile.open(folder, execution);
    open.put(execution, file);
    return file;
  }

  /** After a failure the next append reads the file again: only the disk knows what is on it. */
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
