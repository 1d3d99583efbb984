package dev.deployclaw.audit;

import dev.deployclaw.audit.ShippingLedger.Mark;
import dev.deployclaw.core.log.Journal.Shipping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries records from the journal's files to the stream, in order, on a thread of its own. The
 * files are the queue: no more than one window is in memory, nothing is lost while the stream is
 * away, and appending never waits.
 */
final class NatsShipper implements AutoCloseable {
  /** Records in flight. Wider windows gain little and cost latency where the server syncs each. */
  static final int WINDOW = 256;

  static final int MOST_BACKLOG = 10_000;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  static final Duration LOOK = Duration.ofMinutes(1);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(NatsShipper.class);

  private final JournalFolder folder;
  private final NatsSettings settings;
  private final Duration every;
  private final StreamCopyFiles files;
  private final StreamKeeper keeper;
  private final ShippingLedger ledger = new ShippingLedger();
  private final ReentrantLock rewriting = new ReentrantLock();
  private final Thread thread;

  private NatsShipper(JournalFolder folder, NatsSettings settings, Duration every) {
    this.folder = folder;
    this.settings = settings;
    this.every = every;
    this.files = new StreamCopyFiles(folder, Optional.of(settings));
    this.keeper = new StreamKeeper(folder, files, InstantSource.system());
    this.thread = Thread.ofVirtual().name("audit-shipper").unstarted(this::run);
  }

  /**
   * @param every how often the stream is held against what it acknowledged
   */
  static NatsShipper start(JournalFolder folder, NatsSettings settings, Duration every) {
    var shipper = new NatsShipper(folder, settings, every);
    shipper.thread.start();
    return shipper;
  }

  /**
   * Lets a file become another one, and ships all of it anew. Waits for what is in flight, which
   * the stream's timeout bounds.
   */
  void anew(String execution, Runnable rewrite) {
    rewriting.lock();
    try {
      folder.forgetCursor(execution);
      rewrite.run();
      ledger.anew(execution);
    } finally {
      rewriting.unlock();
    }
  }

  /** Does something while nothing is shipped or compared. Waits as {@link #anew}. */
  boolean quietly(BooleanSupplier step) {
    rewriting.lock();
    try {
      return step.getAsBoolean();
    } finally {
      rewriting.unlock();
    }
  }

  /** Says that a record is on disk. */
  void appended(String execution, Mark mark) {
    ledger.appended(execution, mark);
  }

  Shipping flush(Duration atMost) throws InterruptedException {
    return ledger.flush(atMost);
  }

  Shipping shipping() {
    return ledger.now();
  }

  @Override
  public void close() {
    ledger.close();
    thread.interrupt();
    try {
      if (!thread.join(LONGEST_STOP)) {
        LOG.warn("The shipper didn't stop in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      findBacklog();
      Duration pause = FIRST_PAUSE;
      while (!ledger.isClosed()) {
        boolean gotOn = shipUntilBroken();
        pause = gotOn ? FIRST_PAUSE : longer(pause);
        ledger.pause(pause);
      }
    } catch (InterruptedException e) {
      LOG.debug("The shipper stops");
    } catch (RuntimeException e) {
      LOG.error("The shipper failed; records stay in their files until the next start", e);
      ledger.trouble("the shipper failed: " + e);
    }
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  /** What earlier processes left unshipped, oldest first; only the newest where it is too much. */
  private void findBacklog() {
    List<String> known = folder.executions();
    var unshipped =
        known.subList(Math.max(0, known.size() - MOST_BACKLOG), known.size()).stream()
            .filter(id -> Cursor.load(folder.cursor(id)).offset() != folder.length(id))
            .toList();
    if (!unshipped.isEmpty()) {
      LOG.atInfo().addKeyValue("executions", unshipped.size()).log("Found unshipped records");
    }
    ledger.backlog(unshipped);
  }

  /** The life of one connection. Says whether it brought anything on its way. */
  private boolean shipUntilBroken() throws InterruptedException {
    boolean gotOn = false;
    try (var stream = AuditStream.connect(settings)) {
      long looked = look(stream);
      ledger.trouble("");
      var seen = new HashSet<String>();
      while (!ledger.isClosed()) {
        Optional<String> execution = ledger.next(every);
        if (execution.isPresent()) {
          ship(stream, execution.get(), seen);
          gotOn = true;
        }
        if (System.nanoTime() - looked >= every.toNanos()) {
          looked = look(stream);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Not shipping");
      ledger.trouble(settings.address() + ": " + e.getMessage());
    }
    return gotOn;
  }

  /**
   * Repairs what the stream lost, and has a log that forked tried again: the stream may be another
   * one by now. Says when, in nanoseconds of the system's timer.
   */
  private long look(AuditStream stream) throws IOException, InterruptedException {
    rewriting.lockInterruptibly();
    try {
      stream.requireStream();
      boolean compared = keeper.settle(stream);
      if (compared || !files.forks().isEmpty()) {
        ledger.retry();
      }
      return System.nanoTime();
    } catch (IllegalStateException e) {
      throw stream.broken(e);
    } finally {
      rewriting.unlock();
    }
  }

  private void ship(AuditStream stream, String execution, Set<String> seen)
      throws IOException, InterruptedException {
    rewriting.lockInterruptibly();
    try {
      Mark promised = ledger.mark(execution);
      Cursor from = start(execution, seen);
      Cursor cursor = shipFrom(stream, execution, from);
      requireAll(execution, promised, cursor);
      ledger.done(execution);
      files.over(execution, from.seq() + 1, cursor.seq());
    } catch (AuditStream.Fork e) {
      keeper.forked(e.what());
      ledger.stuck(execution, String.valueOf(e.getMessage()));
    } catch (DamagedJournal e) {
      LOG.atError().addKeyValue("execution", execution).log(String.valueOf(e.getMessage()));
      ledger.stuck(execution, String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      throw stream.broken(e);
    } finally {
      rewriting.unlock();
    }
  }

  /** The saved cursor, unless the file was another one then. */
  private Cursor start(String execution, Set<String> seen) {
    Cursor cursor = Cursor.load(folder.cursor(execution));
    if (!seen.add(execution) || cursor.seq() == 0) {
      return cursor;
    }
    return cursor.fits(execution, lines(execution, Cursor.START, cursor.before()))
        ? cursor
        : Cursor.START;
  }

  private Cursor shipFrom(AuditStream stream, String execution, Cursor start)
      throws IOException, InterruptedException, AuditStream.Fork {
    Window window = window(execution, start);
    while (!window.records().isEmpty()) {
      var reached = stream.publish(window.records(), there -> superseded(execution, there));
      keeper.reached(reached);
      window.after().save(folder.cursor(execution));
      ledger.shipped(execution, window.after().seq());
      window = window(execution, window.after());
    }
    ledger.shipped(execution, window.after().seq());
    return window.after();
  }

  /** What is in flight at once, and the cursor when all of it is acknowledged. */
  private record Window(List<StreamRecord> records, Cursor after) {}

  private Window window(String execution, Cursor cursor) {
    var span = new RecordLines.Span(cursor.offset(), ledger.mark(execution).length(), WINDOW);
    RecordLines read = lines(execution, cursor, span);
    var records = new ArrayList<StreamRecord>();
    long seq = cursor.seq();
    for (byte[] line : read.lines()) {
      seq++;
      records.add(StreamRecord.of(execution, seq, line));
    }
    String hash = records.isEmpty() ? cursor.hash() : records.getLast().hash();
    return new Window(records, new Cursor(seq, read.next(), hash));
  }

  /**
   * Whether a record that stands in the stream was moved out of the log, so that it is accounted.
   */
  private boolean superseded(String execution, byte[] there) {
    return folder.superseded(execution).stream().anyMatch(lost -> Arrays.equals(lost, there));
  }

  /** A file that can't be read holds up its own execution only. */
  private RecordLines lines(String execution, Cursor cursor, RecordLines.Span span) {
    try {
      return RecordLines.read(folder.records(execution), span).withoutTornLast();
    } catch (ClosedByInterruptException e) {
      throw new UncheckedIOException("told to stop", e);
    } catch (IOException e) {
      throw new DamagedJournal(execution, cursor.seq() + 1, "can't be read: " + e.getMessage());
    }
  }

  private static void requireAll(String execution, Mark promised, Cursor cursor) {
    if (cursor.seq() < promised.seq()) {
      throw new DamagedJournal(execution, cursor.seq() + 1, "isn't in the file any more");
    }
  }
}
