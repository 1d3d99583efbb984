package dev.deployclaw.audit;

import dev.deployclaw.audit.ShippingLedger.Mark;
import dev.deployclaw.core.log.Journal.Shipping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
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
  private static final Duration LONGEST_STOP = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(NatsShipper.class);

  private final JournalFolder folder;
  private final NatsSettings settings;
  private final ShippingLedger ledger = new ShippingLedger();
  private final ReentrantLock rewriting = new ReentrantLock();
  private final Thread thread;

  private NatsShipper(JournalFolder folder, NatsSettings settings) {
    this.folder = folder;
    this.settings = settings;
    this.thread = Thread.ofVirtual().name("audit-shipper").unstarted(this::run);
  }

  static NatsShipper start(JournalFolder folder, NatsSettings settings) {
    var shipper = new NatsShipper(folder, settings);
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
      ledger.trouble("");
      var seen = new HashSet<String>();
      Optional<String> execution = ledger.next();
      while (execution.isPresent()) {
        ship(stream, execution.get(), seen);
        gotOn = true;
        execution = ledger.next();
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Not shipping");
      ledger.trouble(settings.url() + ": " + e.getMessage());
    }
    return gotOn;
  }

  private void ship(AuditStream stream, String execution, Set<String> seen)
      throws IOException, InterruptedException {
    rewriting.lockInterruptibly();
    try {
      Mark promised = ledger.mark(execution);
      Cursor cursor = shipFrom(stream, execution, start(stream, execution, seen));
      requireAll(execution, promised, cursor);
      ledger.done(execution);
    } catch (AuditStream.Fork | DamagedJournal e) {
      LOG.atError().addKeyValue("execution", execution).log(String.valueOf(e.getMessage()));
      ledger.stuck(execution, String.valueOf(e.getMessage()));
    } finally {
      rewriting.unlock();
    }
  }

  /** The saved cursor, unless the file was another one then, or the stream holds less. */
  private Cursor start(AuditStream stream, String execution, Set<String> seen) throws IOException {
    Cursor cursor = Cursor.load(folder.cursor(execution));
    if (!seen.add(execution)) {
      return cursor;
    }
    boolean fits =
        cursor.seq() == 0
            || cursor.fits(execution, lines(execution, Cursor.START, cursor.before()));
    if (!fits) {
      return Cursor.START;
    }
    if (stream.count(execution) < cursor.seq()) {
      LOG.atWarn()
          .addKeyValue("execution", execution)
          .log("The stream has lost records that it acknowledged: shipping them again");
      return Cursor.START;
    }
    return cursor;
  }

  private Cursor shipFrom(AuditStream stream, String execution, Cursor start)
      throws IOException, InterruptedException, AuditStream.Fork {
    Window window = window(execution, start);
    while (!window.records().isEmpty()) {
      stream.publish(window.records(), there -> superseded(execution, there));
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
    return folder.superseded().stream()
        .filter(moved -> moved.execution().equals(execution))
        .flatMap(moved -> folder.read(moved).stream())
        .anyMatch(lost -> Arrays.equals(lost, there));
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
