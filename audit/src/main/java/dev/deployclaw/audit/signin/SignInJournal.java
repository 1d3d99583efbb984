package dev.deployclaw.audit.signin;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.folder.RecordFile;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.signin.SignInEvent.Kind;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LocalArchiveMarker;
import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.signing.LogEndSignatures;
import dev.deployclaw.audit.signing.LogEndVerifier;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.log.DecisionBasis;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordSealer;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.spi.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * Sign-ins, sign-outs and refusals of this state folder's serving agent: for each hour in which
 * something happens a log of records, chained, signed at its end and copied to the bucket as those
 * of executions are, and verified by the same programs. Each log names the end of the one before,
 * so that none can vanish between two. They are no executions' logs: an event waits for no back
 * end, and a flood of refusals neither fills the stream's backlog nor pushes a change out of sight.
 * An end is signed before it is written, so that an unsigned one was meddled with: no crash makes
 * it, and nothing signs it later.
 *
 * <p>For one thread, but {@link #store} and {@link #prune}. A disk that fails throws {@code
 * UncheckedIOException}.
 */
public final class SignInJournal implements AutoCloseable {
  /** Records of an hour; what is beyond is counted. Refusals take no place of known callers. */
  static final int MOST_RECORDS = 10_000;

  static final int MOST_REFUSALS = 600;

  /** Logs that one call tries to let go. */
  static final int MOST_LET_GO = 64;

  /** Bytes of the disk that are left to changes, which need them more. */
  private static final long RESERVE = 64L << 20;

  /** The fact that names the end of the log before. */
  static final String AFTER = "after";

  private static final String PREFIX = "sign-ins-";
  private static final String RESULT = "NO_CHANGE";

  /** Ends the name of the file with a log's last record, until that is in the log. */
  private static final String ENDING = ".ending";

  private static final Pattern NAME =
      Pattern.compile(PREFIX + "(\\d{4}-\\d\\d-\\d\\d)-(\\d\\d)-\\d{5}-[0-9a-f]{8}");

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
  private final LogEndSignatures ends;
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
    this.archiver = LogArchiver.ofSigned(own, parts.objects(), parts.signer());
    this.ends = new LogEndSignatures(folder, parts.signer());
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
    if (current.isEmpty()) {
      head = LogHead.START;
      refusals = 0;
    }
    boolean refusal = event.kind() == Kind.REFUSED;
    if (isFull(event.kind(), refusal) || folder.free() < RESERVE) {
      return false;
    }
    var facts = new HashMap<>(event.facts());
    if (current.isEmpty()) {
      current = nextName(now);
      if (!before.isEmpty()) {
        facts.put(AFTER, before);
      }
    }
    append(parts.sealer().seal(head, entry(now, event, facts)));
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
      unstored.set(true);
      lost = false;
    }
    String hour = HOUR.format(now);
    boolean passed = !since.isEmpty() && hour.compareTo(since) > 0;
    since = hour;
    if (current.isEmpty() || !(passed || hour.compareTo(hour(current)) > 0)) {
      return;
    }
    appendEnd(over(now));
    before = end(current, head);
    current = "";
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

  /**
   * Lets copied logs beyond the newest leave this machine, the oldest first, if the bucket's copy,
   * read back just now, is the same. Their signed marks stay. Any thread.
   *
   * @param keep so many stay, at least one
   * @return how many of those beyond stay, since their copies aren't whole
   * @throws dev.deployclaw.core.log.BucketUnavailableException when it can't be read
   */
  public int prune(int keep) throws InterruptedException {
    var logs = journal.executions();
    var old = logs.subList(0, Math.max(0, logs.size() - Math.max(1, keep)));
    var copied = Set.copyOf(journal.bucket().copied());
    int kept = 0;
    for (String log : old.stream().filter(copied::contains).limit(MOST_LET_GO).toList()) {
      var proven = journal.bucket().prove(log);
      boolean left = proven.isPresent() && journal.bucket().letGo(log, proven.get());
      kept += left ? 0 : 1;
    }
    return kept;
  }

  @Override
  public void close() {
    journal.close();
  }

  /** Finds where the logs end, which the disk alone knows; tells what is wrong there. */
  private String resume() {
    folder.named(ENDING).forEach(this::recoverEnd);
    current = "";
    head = LogHead.START;
    long torn = 0;
    for (String last : journal.known().reversed()) {
      if (!NAME.matcher(last).matches()) {
        continue; // a foreign file, which the reader tells of
      }
      var whole = folder.all(last);
      torn += folder.length(last) - RecordLines.join(whole).length;
      if (!whole.isEmpty()) {
        return resume(last, torn);
      }
      if (LocalArchiveMarker.of(folder, last).isPresent()) {
        before = readEnd(last);
        return told(torn);
      }
    }
    return told(torn);
  }

  /** The last record of a log joins it, if it was signed and a crash kept it from being written. */
  private void recoverEnd(String file) {
    String log = file.substring(0, file.length() - ENDING.length());
    if (!NAME.matcher(log).matches() || !Files.isRegularFile(folder.path().resolve(file))) {
      return; // a foreign file
    }
    try {
      byte[] end = folder.content(file);
      if (ends.awaits(log, end)) {
        journal.append(log, new SealedRecord(end, ExecutionLog.head(end)));
      }
      folder.forget(file);
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + file, e);
    }
  }

  private String resume(String last, long torn) {
    try {
      byte[] record = journal.read(last).getLast();
      head = ExecutionLog.head(record);
      before = end(last, head);
      current = RecordLines.isEnd(record) ? "" : last;
      return told(torn);
    } catch (DamagedJournalException e) {
      before = readEnd(last);
      return "the log before is damaged: " + e.getMessage();
    }
  }

  /** As its reader finds it: as it was signed, else as its records say, else before the first. */
  private Map<String, Object> readEnd(String log) {
    var signed = LogEndVerifier.of(parts.stateDir(), Set.of(), folder(parts.stateDir())).end(log);
    try {
      return end(log, signed.isPresent() ? signed.get() : RecordFile.check(log, folder.all(log)));
    } catch (DamagedJournalException e) {
      return end(log, LogHead.START);
    }
  }

  private static String told(long torn) {
    return torn > 0 ? "a crash left a record of %d bytes unfinished".formatted(torn) : "";
  }

  private void appendEnd(LogEntry end) {
    var sealed = parts.sealer().seal(head, end);
    lost = true;
    folder.keep(current + ENDING, sealed.bytes());
    ends.sign(current, sealed.bytes());
    journal.append(current, sealed);
    folder.forget(current + ENDING);
    lost = false;
    head = sealed.head();
  }

  private void append(SealedRecord sealed) {
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

  static Map<String, Object> end(String log, LogHead head) {
    return Map.of("log", log, "records", head.seq(), "head", head.hash());
  }

  /**
   * When its hour is over: none of its events is later. Never, of a log that isn't one of these.
   */
  static Instant over(String log) {
    var name = NAME.matcher(log);
    try {
      return name.matches()
          ? Instant.parse(name.group(1) + "T" + name.group(2) + ":00:00Z").plus(1, ChronoUnit.HOURS)
          : Instant.MAX;
    } catch (DateTimeException e) {
      return Instant.MAX;
    }
  }

  private static String hour(String log) {
    return log.substring(PREFIX.length(), log.length() - SUFFIX - 1);
  }
}
