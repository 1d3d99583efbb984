package dev.deployclaw.audit.shipping;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.audit.shipping.ShippingTracker.Bounds;
import dev.deployclaw.audit.shipping.ShippingTracker.Mark;
import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.audit.stream.RecordRefusedException;
import dev.deployclaw.core.log.Journal.Shipping;
import dev.deployclaw.core.log.StreamCopy.Stuck;
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
public final class NatsShipper implements AutoCloseable {
  /** Records in flight. Wider windows gain little and cost latency where the server syncs each. */
  static final int WINDOW = 256;

  static final int MOST_BACKLOG = 10_000;

  /** Logs that are shipped and kept in mind, since they may go on. */
  private static final int SETTLED = 1_000;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  public static final Duration LOOK = Duration.ofMinutes(1);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(NatsShipper.class);

  private final JournalFolder folder;
  private final NatsSettings settings;
  private final Duration every;
  private final int names;
  private final StreamStateFiles files;
  private final StreamReconciler keeper;
  private final ShippingTracker ledger;
  private final ReentrantLock rewriting = new ReentrantLock();
  private final Thread thread;

  /** Executions with a fork, or with a record that can't be shipped, since the last look. */
  private final Set<String> amiss = new HashSet<>();

  /** How many of the newest logs were looked through for what others left. */
  private int searched;

  private NatsShipper(JournalFolder folder, NatsSettings settings, Duration every, int names) {
    this.folder = folder;
    this.settings = settings;
    this.every = every;
    this.names = names;
    this.ledger = new ShippingTracker(new Bounds(names, SETTLED));
    this.files = new StreamStateFiles(folder, Optional.of(settings));
    this.keeper = new StreamReconciler(folder, files, InstantSource.system());
    this.thread = Thread.ofVirtual().name("audit-shipper").unstarted(this::run);
  }

  /**
   * @param every how often the stream is compared with what it acknowledged
   */
  public static NatsShipper start(JournalFolder folder, NatsSettings settings, Duration every) {
    return start(folder, settings, every, MOST_BACKLOG);
  }

  /**
   * @param names as many logs are looked through at once for what others left, and kept in mind
   */
  static NatsShipper start(JournalFolder folder, NatsSettings settings, Duration every, int names) {
    var shipper = new NatsShipper(folder, settings, every, names);
    shipper.thread.start();
    return shipper;
  }

  /**
   * Lets a file become another one, and ships all of it again. Waits for what is in flight, which
   * the stream's timeout bounds.
   */
  public void anew(String execution, Runnable rewrite) {
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
  public boolean quietly(BooleanSupplier step) {
    rewriting.lock();
    try {
      return step.getAsBoolean();
    } finally {
      rewriting.unlock();
    }
  }

  /** Says that a record is on disk. */
  public void appended(String execution, Mark mark) {
    ledger.appended(execution, mark);
  }

  public Shipping flush(Duration atMost) throws InterruptedException {
    return ledger.flush(atMost);
  }

  public Shipping shipping() {
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

  /**
   * What others left unshipped, oldest first. Of more logs than are looked through at once the
   * newest come first, and older ones in each look that follows, round and round.
   */
  private void findBacklog() {
    List<String> known = folder.executions();
    int until = known.size() - (searched < known.size() ? searched : 0);
    int from = Math.max(0, until - names);
    if (searched == 0 && from > 0) {
      LOG.atWarn()
          .addKeyValue("logs", known.size())
          .addKeyValue("at_once", names)
          .log("Older logs will be searched for unshipped records later");
    }
    var unshipped =
        known.subList(from, until).stream()
            .filter(id -> ShippingCursor.load(folder.cursor(id)).offset() != folder.length(id))
            .toList();
    if (!unshipped.isEmpty()) {
      LOG.atInfo().addKeyValue("executions", unshipped.size()).log("Found unshipped records");
    }
    ledger.backlog(unshipped);
    searched = known.size() - from;
  }

  /**
   * The life of one connection: until it breaks, or until the next look where something can't be
   * shipped, since a server tells its limits to a new connection only. Says whether it brought
   * anything on its way.
   */
  private boolean shipUntilBroken() throws InterruptedException {
    boolean gotOn = false;
    try (var stream = AuditStream.connect(settings)) {
      long looked = look(stream);
      ledger.retry();
      ledger.trouble("");
      var seen = new HashSet<String>();
      while (!ledger.isClosed()) {
        Optional<String> execution = ledger.next(every);
        if (execution.isPresent()) {
          gotOn |= ship(stream, execution.get(), seen);
        }
        if (System.nanoTime() - looked >= every.toNanos()) {
          searchOn();
          if (!amiss.isEmpty()) {
            return true;
          }
          looked = look(stream);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Not shipping");
      ledger.trouble(settings.address() + ": " + e.getMessage());
    }
    return gotOn;
  }

  /** Goes on with what others left, where there are more logs than are looked through at once. */
  private void searchOn() {
    if (folder.executions().size() > names) {
      findBacklog();
    }
  }

  /** Repairs what the stream lost. Says when, in nanoseconds of the system's timer. */
  private long look(AuditStream stream) throws IOException, InterruptedException {
    rewriting.lockInterruptibly();
    try {
      stream.requireStream();
      var _ = keeper.settle(stream);
      amiss.clear();
      files.forks().forEach(fork -> amiss.add(fork.execution()));
      files.stuck().forEach(one -> amiss.add(one.execution()));
      return System.nanoTime();
    } catch (IllegalStateException e) {
      throw stream.broken(e);
    } finally {
      rewriting.unlock();
    }
  }

  /** Says whether all that there is of it is in the stream. */
  private boolean ship(AuditStream stream, String execution, Set<String> seen)
      throws IOException, InterruptedException {
    rewriting.lockInterruptibly();
    try {
      Mark promised = ledger.mark(execution);
      ShippingCursor from = start(execution, seen);
      ShippingCursor cursor = shipFrom(stream, execution, from);
      requireAll(execution, promised, cursor);
      if (amiss.remove(execution)) {
        files.over(execution, from.seq() + 1, cursor.seq());
        files.freed(execution, from.seq() + 1, Long.MAX_VALUE);
      }
      ledger.done(execution);
      return true;
    } catch (AuditStream.Fork e) {
      keeper.forked(e.what());
      return stuck(execution, String.valueOf(e.getMessage()));
    } catch (RecordRefusedException e) {
      keeper.stuck(e.what());
      return stuck(execution, e.what().sentence());
    } catch (DamagedJournalException e) {
      keeper.stuck(StreamReconciler.damaged(e));
      return stuck(execution, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      var one = unsendable(execution, e);
      keeper.stuck(one);
      return stuck(execution, one.sentence());
    } catch (IllegalStateException e) {
      throw stream.broken(e);
    } finally {
      rewriting.unlock();
    }
  }

  /** The client has limits of its own; what it refuses of one log must not hold up the others. */
  private Stuck unsendable(String execution, IllegalArgumentException e) {
    LOG.atError().addKeyValue("execution", execution).setCause(e).log("A record can't be sent");
    long next = ShippingCursor.load(folder.cursor(execution)).seq() + 1;
    return new Stuck(
        execution,
        next,
        "the NATS client refuses it or one soon after it: " + e.getMessage(),
        "report it, with the agent's version");
  }

  private boolean stuck(String execution, String why) {
    ledger.stuck(execution, why);
    amiss.add(execution);
    return false;
  }

  /** The saved cursor, unless the file was another one then. */
  private ShippingCursor start(String execution, Set<String> seen) {
    ShippingCursor cursor = ShippingCursor.load(folder.cursor(execution));
    if (!seen.add(execution) || cursor.seq() == 0) {
      return cursor;
    }
    return cursor.fits(execution, lines(execution, ShippingCursor.START, cursor.before()))
        ? cursor
        : ShippingCursor.START;
  }

  private ShippingCursor shipFrom(AuditStream stream, String execution, ShippingCursor start)
      throws IOException, InterruptedException, AuditStream.Fork, RecordRefusedException {
    Window window = window(stream, execution, start);
    while (!window.records().isEmpty()) {
      var reached = stream.publish(window.records(), there -> superseded(execution, there));
      keeper.reached(reached);
      window.after().save(folder.cursor(execution));
      ledger.shipped(execution, window.after().seq());
      window = window(stream, execution, window.after());
    }
    ledger.shipped(execution, window.after().seq());
    return window.after();
  }

  /**
   * What is in flight at once, and the cursor when all of it is acknowledged. It ends before a
   * record that is too large, and begins with that once nothing is left before it.
   */
  private record Window(List<StreamRecord> records, ShippingCursor after) {}

  private Window window(AuditStream stream, String execution, ShippingCursor cursor) {
    var span = new RecordLines.Span(cursor.offset(), ledger.mark(execution).length(), WINDOW);
    var records = new ArrayList<StreamRecord>();
    long offset = cursor.offset();
    for (byte[] line : lines(execution, cursor, span).lines()) {
      var record = StreamRecord.of(execution, cursor.seq() + records.size() + 1, line);
      if (!records.isEmpty() && !stream.takes(record)) {
        break;
      }
      records.add(record);
      offset += line.length + 1L;
    }
    if (records.isEmpty()) {
      return new Window(records, cursor);
    }
    var last = records.getLast();
    return new Window(records, new ShippingCursor(last.seq(), offset, last.hash()));
  }

  /**
   * Whether a record that stands in the stream was moved out of the log, so that it is accounted.
   */
  private boolean superseded(String execution, byte[] there) {
    return folder.superseded(execution).stream().anyMatch(lost -> Arrays.equals(lost, there));
  }

  /** A file that can't be read holds up its own execution only. */
  private RecordLines lines(String execution, ShippingCursor cursor, RecordLines.Span span) {
    try {
      return RecordLines.read(folder.records(execution), span).withoutTornLast();
    } catch (ClosedByInterruptException e) {
      throw new UncheckedIOException("stop requested", e);
    } catch (IOException e) {
      throw new DamagedJournalException(
          execution, cursor.seq() + 1, "can't be read: " + e.getMessage());
    }
  }

  private static void requireAll(String execution, Mark promised, ShippingCursor cursor) {
    if (cursor.seq() < promised.seq()) {
      throw new DamagedJournalException(execution, cursor.seq() + 1, "isn't in the file any more");
    }
  }
}
