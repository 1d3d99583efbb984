package dev.deployclaw.audit.signin;

import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.export.LogVerdict;
import dev.deployclaw.audit.export.LoggedRecord;
import dev.deployclaw.audit.export.VerifiedLog;
import dev.deployclaw.audit.export.VerifiedLogReader;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.signing.LogEndVerifier;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.spi.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The sign-in logs of a state folder, each verified while it is read: its chain, the signature of
 * its end, and that it goes on from the log before. Those that left this machine are read from the
 * bucket. It sees the logs that there were when it was opened, and has one in memory at a time. For
 * one thread.
 */
public final class SignInReader implements AutoCloseable {
  private final FileJournal here;
  private final FileJournal bucket;
  private final LogEndVerifier ends;
  private final List<String> names;
  private final Set<String> files;

  private SignInReader(FileJournal here, FileJournal bucket, LogEndVerifier ends) {
    this.here = here;
    this.bucket = bucket;
    this.ends = ends;
    this.names = here.known();
    this.files = Set.copyOf(here.executions());
  }

  /**
   * Empty where no agent has served from that folder.
   *
   * @param keys that are trusted; none: those of the folder
   * @param objects the bucket, which is asked for logs that lie there alone; stays the caller's
   */
  public static Optional<SignInReader> open(Path stateDir, Set<String> keys, ObjectStore objects) {
    Path below = SignInJournal.folder(stateDir);
    if (!Files.isDirectory(below)) {
      return Optional.empty();
    }
    var bucket =
        HeadSigner.find(stateDir)
            .map(signer -> FileJournal.open(below, LogCopyVerifier.of(below, objects, signer)))
            .orElseGet(() -> FileJournal.open(below));
    var ends = LogEndVerifier.of(stateDir, keys, below);
    return Optional.of(new SignInReader(FileJournal.open(below), bucket, ends));
  }

  /** Takes one log after another. */
  @FunctionalInterface
  public interface Visitor {
    void log(String log, LogVerdict verdict, List<LoggedRecord> records) throws IOException;
  }

  /** The logs' names, the oldest first. */
  List<String> logs() {
    return names;
  }

  /** Whether a log lies in the bucket alone, and before a period. */
  boolean isPassedOver(String name, ExportPeriod period) {
    return here.hasLeft(name) && !SignInLogName.over(name).isAfter(period.since());
  }

  /**
   * Those of which a record lies in the period, and those that fail, the oldest first.
   *
   * @return how many lie in the bucket alone, and before the period
   * @throws dev.deployclaw.core.log.BucketUnavailableException when the bucket can't be read
   */
  public int read(ExportPeriod period, Visitor visitor) throws IOException {
    return read(period, name -> isPassedOver(name, period), visitor);
  }

  /**
   * The same of all time, but for those that lie in the bucket alone, and before the oldest log
   * that is on this machine.
   */
  public int readHere(Visitor visitor) throws IOException {
    var older =
        names.stream()
            .takeWhile(name -> here.hasLeft(name) || SignInLogName.over(name).equals(Instant.MAX))
            .filter(here::hasLeft)
            .collect(Collectors.toSet());
    return read(ExportPeriod.ALL, older::contains, visitor);
  }

  private int read(ExportPeriod period, Predicate<String> passedOver, Visitor visitor)
      throws IOException {
    int passed = 0;
    for (int at = 0; at < names.size(); at++) {
      if (passedOver.test(names.get(at))) {
        passed++;
        continue;
      }
      var log = read(at);
      var inside = log.records().stream().filter(r -> period.contains(r.time())).toList();
      if (!inside.isEmpty() || log.verdict().kind() == LogVerdict.Kind.FAILED) {
        visitor.log(log.execution(), log.verdict(), inside);
      }
    }
    return passed;
  }

  /**
   * One of the logs.
   *
   * @throws dev.deployclaw.core.log.BucketUnavailableException when it lies in the bucket alone,
   *     and that can't be read
   */
  VerifiedLog read(int at) {
    var log = alone(names.get(at));
    if (log.verdict().kind() == LogVerdict.Kind.FAILED || log.records().isEmpty()) {
      return log;
    }
    var named = log.records().getFirst().facts().getOrDefault(SignInJournal.AFTER, Map.of());
    var before = before(at);
    return before.equals(named)
        ? log
        : failed(
            log, "it follows %s, but %s lies before it".formatted(named(named), named(before)));
  }

  /** Without the one before. */
  private VerifiedLog alone(String name) {
    boolean left = here.hasLeft(name);
    var log = new VerifiedLogReader(left ? bucket : here, ends).read(name);
    return left || files.contains(name)
        ? log
        : failed(log, "its records are gone, and the mark that says where can't be read");
  }

  private static VerifiedLog failed(VerifiedLog log, String why) {
    return new VerifiedLog(log.execution(), log.records(), LogVerdict.failed(why));
  }

  /**
   * How the log before ended: as it was signed, else as its records say, and before its first one
   * where they can't be read. A log that a crash left without a record is none.
   */
  private Map<String, Object> before(int at) {
    for (int i = at - 1; i >= 0; i--) {
      String name = names.get(i);
      var signed = ends.end(name);
      if (signed.isPresent()) {
        return new SignInLogEnd(name, signed.get()).map();
      }
      var log = alone(name);
      if (!log.records().isEmpty() || log.verdict().kind() == LogVerdict.Kind.FAILED) {
        return new SignInLogEnd(name, last(log)).map();
      }
    }
    return Map.of();
  }

  private static LogHead last(VerifiedLog log) {
    if (log.records().isEmpty()) {
      return LogHead.START;
    }
    var last = log.records().getLast().reference();
    return new LogHead(last.seq(), last.hash());
  }

  /**
   * The records of one, as they are stored; none where there is no such.
   *
   * @throws DamagedJournalException where it isn't what was signed at its end
   */
  public List<byte[]> records(String log) {
    int at = names.indexOf(log);
    if (at < 0) {
      return List.of();
    }
    var verdict = read(at).verdict();
    if (verdict.kind() == LogVerdict.Kind.FAILED) {
      throw new DamagedJournalException(log, verdict.reason());
    }
    return bucket.read(log);
  }

  @Override
  public void close() {
    here.close();
    bucket.close();
  }

  private static String named(Object end) {
    return end instanceof Map<?, ?> map && !map.isEmpty()
        ? "%s with %s records".formatted(map.get("log"), map.get("records"))
        : "none";
  }
}
