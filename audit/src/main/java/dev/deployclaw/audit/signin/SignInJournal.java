package dev.deployclaw.audit.signin;

import dev.deployclaw.audit.signin.SignInEvent.Kind;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.core.log.DecisionBasis;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordSealer;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.spi.ObjectStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sign-ins, sign-outs and refusals of this state folder's serving agent: for each hour in which
 * something happens a log of records, chained, signed at its end and copied to the bucket as those
 * of executions are, and verified by the same programs. Each log names the end of the one before,
 * so that none can vanish between two. They are no executions' logs: an event waits for no back
 * end, and a flood of refusals neither fills the stream's backlog nor pushes a change out of sight.
 * An end is signed before it is written, so that an unsigned one was meddled with: no crash makes
 * it, and nothing signs it later.
 *
 * <p>Before each record, and each minute, the log's file is compared with what was written: where
 * it is gone or another one, the next log begins with a record that says so. Ended ones are missed
 * within a minute, too, by their names and lengths.
 *
 * <p>For one thread, but {@link #store}, {@link #prune}, {@link #tampering}, {@link #end} and
 * {@link #missing}. A disk that fails throws {@code UncheckedIOException}.
 */
public final class SignInJournal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SignInJournal.class);

  /** Records of an hour; what is beyond is counted. Refusals take no place of known callers. */
  static final int MOST_RECORDS = 10_000;

  static final int MOST_REFUSALS = 600;

  /** Logs that one call tries to let go. */
  static final int MOST_LET_GO = 64;

  /** Bytes of the disk that are left to changes, which need them more. */
  private static final long RESERVE = 64L << 20;

  /** The fact that names the end of the log before. */
  static final String AFTER = "after";

  private static final String RESULT = "NO_CHANGE";

  private final Parts parts;
  private final SignInFolder folder;
  private final LogArchiver archiver;
  private final AtomicBoolean unstored = new AtomicBoolean(true);
  private String current = "";
  private LogHead head = LogHead.START;
  private SignInLogEnd before = SignInLogEnd.NONE;

  /** The last log that this process began; it may be gone. */
  private String named = "";

  /** The clock's hour when it was last looked at. */
  private String since = "";

  /** Of this log, by this process. */
  private int refusals;

  /** The ends that the disk may have, the known one first; none where there is no doubt. */
  private List<SignInLogEnd> doubted = List.of();

  /** The file's version when it was last written. */
  private String version = "";

  /** The lengths of the ended logs that were here at the last look. */
  private Map<String, Long> ended = Map.of();

  /** What has no record yet. Read by any thread. */
  private volatile Optional<Tampering> untold = Optional.empty();

  private volatile Optional<Tampering> tampering = Optional.empty();
  private volatile SignInLogEnd end = SignInLogEnd.NONE;

  /**
   * Somebody else changed or removed a log.
   *
   * @param at when it was found
   */
  public record Tampering(Instant at, String what) {
    private SignInEvent event() {
      return SignInEvent.of(Kind.TAMPERED, "", "", "").because(what);
    }
  }

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
    this.folder = SignInFolder.open(parts.stateDir(), parts.objects(), parts.signer());
    this.archiver = LogArchiver.ofSigned(own, parts.objects(), parts.signer());
  }

  /** Below which these logs lie. */
  public static Path folder(Path stateDir) {
    return SignInFolder.below(stateDir);
  }

  /**
   * Goes on with the last log where its hour isn't over, and tells what a crash left unfinished.
   */
  public static SignInJournal open(Parts parts, Instant now) {
    var log = new SignInJournal(parts);
    String trouble = log.resume();
    var _ = log.write(SignInEvent.of(Kind.BEGAN, parts.actor(), "", "").because(trouble), now);
    return log;
  }

  /**
   * Returns when it is on disk.
   *
   * @return whether it is: not where a bound is reached
   */
  public boolean write(SignInEvent event, Instant now) {
    turn(now);
    return add(event, now);
  }

  private boolean add(SignInEvent event, Instant now) {
    if (current.isEmpty()) {
      head = LogHead.START;
      refusals = 0;
    }
    boolean refusal = event.kind() == Kind.REFUSED;
    boolean crowded = event.kind() != Kind.TAMPERED && folder.files().free() < RESERVE;
    if (crowded || isFull(event.kind(), refusal)) {
      return false;
    }
    var facts = new HashMap<>(event.facts());
    if (current.isEmpty()) {
      named = SignInLogName.behind(named.compareTo(before.log()) > 0 ? named : before.log(), now);
      current = named;
      if (!before.equals(SignInLogEnd.NONE)) {
        facts.put(AFTER, before.map());
      }
    }
    append(parts.sealer().seal(head, entry(now, event, facts)), folder::append);
    refusals += refusal ? 1 : 0;
    return true;
  }

  private boolean isFull(Kind kind, boolean refusal) {
    return switch (kind) {
      case BEGAN, LEFT_OUT, TAMPERED -> false;
      default -> refusal ? refusals >= MOST_REFUSALS : head.seq() >= MOST_RECORDS;
    };
  }

  /** Once a minute: turns, and misses ended logs that neither are what they were nor have left. */
  public void look(Instant now) {
    turn(now);
    var logs = folder.journal();
    var files = folder.files();
    var changed =
        ended.entrySet().stream()
            .filter(e -> files.length(e.getKey()) != e.getValue() && !logs.hasLeft(e.getKey()))
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    ended =
        logs.executions().stream()
            .filter(log -> SignInLogName.fits(log) && !log.equals(current))
            .collect(Collectors.toMap(log -> log, files::length));
    if (!changed.isEmpty()) {
      String more = changed.size() > 1 ? ", and %d more".formatted(changed.size() - 1) : "";
      found("%s was changed or removed after its end%s".formatted(changed.getFirst(), more), now);
    }
  }

  /**
   * Ends the log whose hour is over: also the one of a clock that was ahead. A clock that goes back
   * ends none.
   */
  public void turn(Instant now) {
    compare(now);
    String hour = SignInLogName.hour(now);
    boolean passed = !since.isEmpty() && hour.compareTo(since) > 0;
    since = hour;
    if (!current.isEmpty() && (passed || hour.compareTo(SignInLogName.hour(current)) > 0)) {
      append(parts.sealer().seal(head, over(now)), folder::appendEnd);
      before = reached();
      current = "";
      unstored.set(true);
    }
    if (untold.isPresent() && add(untold.get().event(), now)) {
      untold = Optional.empty();
    }
  }

  /**
   * Whether the disk has what was written. After a record that may or may not be there, the log
   * goes on; behind one that is gone or another one, a new log begins.
   */
  private void compare(Instant now) {
    if (doubted.isEmpty() && (current.isEmpty() || folder.holds(current, version))) {
      return;
    }
    var possible = doubted.isEmpty() ? List.of(reached()) : doubted;
    doubted = possible; // also where the disk can't be read now
    folder.journal().reopen(current);
    String trouble = resume();
    unstored.set(true);
    if (!possible.contains(before)) {
      String why = trouble.isEmpty() ? "" : "; " + trouble;
      note("there was %s, and now %s%s".formatted(possible.getFirst(), before, why), now);
    }
    current = untold.isPresent() ? "" : current;
    doubted = List.of();
  }

  /** Finds where the logs end; gives what is wrong there. */
  private String resume() {
    var last = folder.last();
    before = last.end();
    head = last.goesOn() ? before.head() : LogHead.START;
    current = last.goesOn() ? before.log() : "";
    version = folder.version(current);
    end = before;
    return last.trouble();
  }

  private SignInLogEnd reached() {
    return current.isEmpty() || head.seq() == 0 ? before : new SignInLogEnd(current, head);
  }

  /** Tells in a record what else is wrong with the logs. */
  public void found(String what, Instant now) {
    note(what, now);
    turn(now);
  }

  private void note(String what, Instant now) {
    LOG.atError().addKeyValue("reason", what).log("A log of sign-ins was changed or removed");
    untold = untold.or(() -> Optional.of(new Tampering(now, what)));
    tampering = untold;
  }

  /** What was found last; empty for nothing. Any thread. */
  public Optional<Tampering> tampering() {
    return tampering;
  }

  /** Whether the last of what was found is in a record, and is this. Any thread. */
  boolean told(String what) {
    return untold.isEmpty() && tampering.filter(t -> t.what().equals(what)).isPresent();
  }

  /** Whether all that was found is in a record. Any thread. */
  boolean isTold() {
    return untold.isEmpty();
  }

  /** Where the logs end. Any thread. */
  SignInLogEnd end() {
    return end;
  }

  /** What is missing of a log that ended so once; {@link SignInFolder#missing} says when. */
  Optional<String> missing(SignInLogEnd then) {
    return folder.missing(then);
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
    var logs = folder.journal().executions();
    var old = logs.subList(0, Math.max(0, logs.size() - Math.max(1, keep)));
    var copied = Set.copyOf(folder.journal().bucket().copied());
    int kept = 0;
    for (String log : old.stream().filter(copied::contains).limit(MOST_LET_GO).toList()) {
      var proven = folder.journal().bucket().prove(log);
      boolean left = proven.isPresent() && folder.journal().bucket().letGo(log, proven.get());
      kept += left ? 0 : 1;
    }
    return kept;
  }

  @Override
  public void close() {
    folder.journal().close();
  }

  private void append(SealedRecord sealed, BiConsumer<String, SealedRecord> how) {
    doubted = List.of(reached(), new SignInLogEnd(current, sealed.head()));
    how.accept(current, sealed);
    doubted = List.of();
    head = sealed.head();
    version = folder.version(current);
    end = reached();
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
}
