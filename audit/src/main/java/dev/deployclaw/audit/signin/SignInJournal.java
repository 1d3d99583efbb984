package dev.deployclaw.audit.signin;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.signin.SignInEvent.Kind;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.log.DecisionBasis;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordSealer;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.spi.ObjectStore;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sign-ins, sign-outs and refusals of this state folder's serving agent: for each hour in which
 * something happens a log of records, chained, signed at its end and copied to the bucket as those
 * of executions are, and verified by the same programs. Each log names the end of the one before,
 * so that none can vanish between two. They are no executions' logs: an event waits for no back
 * end, and a flood of refusals neither fills the stream's backlog nor pushes a change out of sight.
 *
 * <p>For one thread, but {@link #store}. A disk that fails throws {@code UncheckedIOException}.
 */
public final class SignInJournal implements AutoCloseable {
  /** Records of an hour; what is beyond is counted. Refusals take no place of known callers. */
  static final int MOST_RECORDS = 10_000;

  static final int MOST_REFUSALS = 600;

  /** Bytes of the disk that are left to changes, which need them more. */
  private static final long RESERVE = 64L << 20;

  /** The fact that names the end of the log before. */
  static final String AFTER = "after";

  private static final String PREFIX = "sign-ins-";
  private static final String RESULT = "NO_CHANGE";

  /**
   * Behind the hour: of one hour there are several logs after damage, or of a clock that went back.
   */
  private static final int NUMBER = 5;

  private static final int CHANCE = 8;
  private static final int SUFFIX = NUMBER + 1 + CHANCE;
  private static final DateTimeFormatter HOUR =
      DateTimeFormatter.ofPattern("uuuu-MM-dd-HH").withZone(ZoneOffset.UTC);

  private final Parts parts;
  private final JournalFolder folder;
  private final FileJournal journal;
  private final LogArchiver archiver;
  private final AtomicBoolean unstored = new AtomicBoolean(true);
  private String current = "";
  private LogHead head = LogHead.START;
  private Map<String, Object> before = Map.of();

  /** The clock's hour when it was last looked at. */
  private String since = "";

  /** Of this log, by this process. */
  private int refusals;

  /** Whether an append failed: its record may or may not be there. */
  private boolean lost;

  /**
   * What it needs.
   *
   * @param actor who writes
   */
  public record Parts(
      Path stateDir, HeadSigner signer, ObjectStore objects, RecordSealer sealer, String actor) {}

  private SignInJournal(Parts parts) {
    this.parts = parts;
    Path own = folder(parts.stateDir());
    this.folder = JournalFolder.in(own);
    this.journal = FileJournal.open(own, LogCopyVerifier.of(own, parts.objects(), parts.signer()));
    this.archiver = LogArchiver.of(own, parts.objects(), parts.signer());
  }

  /** Below which these logs lie. */
  public static Path folder(Path stateDir) {
    return stateDir.resolve("sign-ins");
  }

  /**
   * Goes on with the last log where its hour isn't over, and tells what a crash left unfinished.
   */
  public static SignInJournal open(Parts parts, Instant now) {
    var log = new SignInJournal(parts);
    String told = log.resume();
    var _ = log.write(SignInEvent.of(Kind.BEGAN, parts.actor(), "", "").because(told), now);
    return log;
  }

  /**
   * Returns when it is on disk.
   *
   * @return whether it is: not where a bound is reached
   */
  public boolean write(SignInEvent event, Instant now) {
    turn(now);
    boolean refusal = event.kind() == Kind.REFUSED;
    if (isFull(event.kind(), refusal) || folder.free() < RESERVE) {
      return false;
    }
    var facts = new HashMap<>(event.facts());
    if (current.isEmpty()) {
      current = nextName(now);
      head = LogHead.START;
      if (!before.isEmpty()) {
        facts.put(AFTER, before);
      }
    }
    append(entry(now, event, facts));
    refusals += refusal ? 1 : 0;
    return true;
  }

  private boolean isFull(Kind kind, boolean refusal) {
    return switch (kind) {
      case BEGAN, LEFT_OUT -> false;
      default -> refusal ? refusals >= MOST_REFUSALS : head.seq() >= MOST_RECORDS;
    };
  }

  /** Behind the one before, wherever the clock is. */
  private String nextName(Instant now) {
    String hour = HOUR.format(now);
    int number = 0;
    if (before.get("log") instanceof String last && hour.compareTo(hour(last)) <= 0) {
      hour = hour(last);
      int from = last.length() - SUFFIX;
      number = Integer.parseInt(last, from, from + NUMBER, 10) + 1;
    }
    String chance = UUID.randomUUID().toString().substring(0, CHANCE);
    return PREFIX + hour + "-%05d-".formatted(number) + chance;
  }

  /**
   * Ends the log whose hour is over: also the one of a clock that was ahead. A clock that goes back
   * ends none.
   */
  public void turn(Instant now) {
    if (lost) {
      var _ = resume();
      lost = false;
    }
    String hour = HOUR.format(now);
    boolean passed = !since.isEmpty() && hour.compareTo(since) > 0;
    since = hour;
    if (current.isEmpty() || !(passed || hour.compareTo(hour(current)) > 0)) {
      return;
    }
    append(over(now));
    before = end(current, head);
    current = "";
    head = LogHead.START;
    refusals = 0;
    unstored.set(true);
  }

  /**
   * Copies ended logs to the bucket, those that aren't there. Any thread.
   *
   * @return why some wait; empty where none does
   */
  public Optional<String> store() throws InterruptedException {
    if (!unstored.getAndSet(false)) {
      return Optional.empty();
    }
    boolean again = true;
    try {
      var copied = archiver.store();
      again = copied.stored() > 0 || copied.trouble().isPresent();
      return copied.trouble();
    } finally {
      unstored.compareAndSet(false, again);
    }
  }

  @Override
  public void close() {
    journal.close();
  }

  /** Finds where the logs end, which the disk alone knows; tells what is wrong there. */
  private String resume() {
    current = "";
    head = LogHead.START;
    long torn = 0;
    for (String last : journal.executions().reversed()) {
      var whole = folder.all(last);
      torn += folder.length(last) - RecordLines.join(whole).length;
      if (!whole.isEmpty()) {
        return resume(last, torn);
      }
    }
    return told(torn);
  }

  private String resume(String last, long torn) {
    try {
      byte[] record = journal.read(last).getLast();
      head = ExecutionLog.head(record);
      before = end(last, head);
      current = RecordLines.isEnd(record) ? "" : last;
      return told(torn);
    } catch (DamagedJournalException e) {
      before = end(last, LogHead.START);
      return "the log before is damaged: " + e.getMessage();
    }
  }

  private static String told(long torn) {
    return torn > 0 ? "a crash left a record of %d bytes unfinished".formatted(torn) : "";
  }

  private void append(LogEntry entry) {
    var sealed = parts.sealer().seal(head, entry);
    lost = true;
    journal.append(current, sealed);
    lost = false;
    head = sealed.head();
  }

  private LogEntry entry(Instant now, SignInEvent event, Map<String, Object> facts) {
    return new LogEntry(
        current,
        now,
        0,
        Phase.REQUEST,
        event.kind().sentence(),
        event.detail(),
        event.status(),
        parts.actor(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        facts,
        DecisionBasis.NONE);
  }

  private LogEntry over(Instant now) {
    var end = RecordedDecision.by(RecordedDecision.Name.END, RESULT);
    return new LogEntry(
        current,
        now,
        0,
        Phase.END,
        "The hour is over",
        "",
        Status.OK,
        parts.actor(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of("result", RESULT),
        new DecisionBasis(Optional.of(end), List.of()));
  }

  private static Map<String, Object> end(String log, LogHead head) {
    return Map.of("log", log, "records", head.seq(), "head", head.hash());
  }

  private static String hour(String log) {
    return log.substring(PREFIX.length(), log.length() - SUFFIX - 1);
  }
}
