package dev.deployclaw.audit.signin;

import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.export.LogVerdict;
import dev.deployclaw.audit.export.LoggedRecord;
import dev.deployclaw.audit.export.VerifiedLog;
import dev.deployclaw.audit.export.VerifiedLogReader;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.signing.LogEndVerifier;
import dev.deployclaw.core.log.BucketUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The sign-in logs of a state folder, the oldest first, each verified while it is read: its chain,
 * the signature of its end, and that it goes on from the log before. One is in memory at a time.
 * For one thread.
 */
public final class SignInReader implements AutoCloseable {
  private final FileJournal journal;
  private final VerifiedLogReader reader;

  private SignInReader(FileJournal journal, LogEndVerifier ends) {
    this.journal = journal;
    this.reader = new VerifiedLogReader(journal, ends);
  }

  /**
   * Empty where no agent has served from that folder.
   *
   * @param keys that are trusted; none: those of the folder
   */
  public static Optional<SignInReader> open(Path stateDir, Set<String> keys) {
    Path below = SignInJournal.folder(stateDir);
    return Files.isDirectory(below)
        ? Optional.of(
            new SignInReader(FileJournal.open(below), LogEndVerifier.of(stateDir, keys, below)))
        : Optional.empty();
  }

  /** Takes one log after another. */
  @FunctionalInterface
  public interface Visitor {
    void log(String log, LogVerdict verdict, List<LoggedRecord> records) throws IOException;
  }

  /** Those of which a record lies in the period, and those that fail. */
  public void read(ExportPeriod period, Visitor visitor) throws IOException {
    Optional<Map<String, Object>> before = Optional.of(Map.of()); // empty: it can't be read
    for (String name : journal.known()) {
      Optional<VerifiedLog> log;
      try {
        log = reader.read(name, ExportPeriod.ALL);
      } catch (BucketUnavailableException e) {
        before = Optional.empty();
        visitor.log(name, LogVerdict.failed("its records aren't on this machine"), List.of());
        continue;
      }
      if (log.isEmpty()) {
        continue;
      }
      var records = log.get().records();
      var verdict = before.map(end -> verdict(log.get(), end)).orElseGet(log.get()::verdict);
      before = records.isEmpty() ? Optional.empty() : Optional.of(end(log.get()));
      var inside = records.stream().filter(r -> period.contains(r.time())).toList();
      if (!inside.isEmpty() || verdict.kind() == LogVerdict.Kind.FAILED) {
        visitor.log(name, verdict, inside);
      }
    }
  }

  /**
   * The records of one, as they are stored; none where there is no such.
   *
   * @throws DamagedJournalException where it isn't what was signed at its end
   */
  public List<byte[]> records(String log) {
    if (!journal.known().contains(log)) {
      return List.of();
    }
    reader
        .read(log, ExportPeriod.ALL)
        .map(VerifiedLog::verdict)
        .filter(verdict -> verdict.kind() == LogVerdict.Kind.FAILED)
        .ifPresent(verdict -> {
          throw new DamagedJournalException(log, verdict.reason());
        });
    return journal.read(log);
  }

  @Override
  public void close() {
    journal.close();
  }

  private static LogVerdict verdict(VerifiedLog log, Map<String, Object> before) {
    if (log.verdict().kind() == LogVerdict.Kind.FAILED || log.records().isEmpty()) {
      return log.verdict();
    }
    var named = log.records().getFirst().facts().getOrDefault(SignInJournal.AFTER, Map.of());
    return Objects.equals(named, before)
        ? log.verdict()
        : LogVerdict.failed(
            "it follows %s, but %s lies before it".formatted(named(named), named(before)));
  }

  private static String named(Object end) {
    return end instanceof Map<?, ?> map && !map.isEmpty()
        ? "%s with %s records".formatted(map.get("log"), map.get("records"))
        : "none";
  }

  private static Map<String, Object> end(VerifiedLog log) {
    var last = log.records().getLast().reference();
    return Map.of("log", log.execution(), "records", last.seq(), "head", last.hash());
  }
}
