package dev.deployclaw.audit.signin;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.folder.RecordFile;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LocalArchiveMarker;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.signing.LogEndSignatures;
import dev.deployclaw.audit.signing.LogEndVerifier;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.spi.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The files of the sign-in logs below a state folder, and where they end, which the disk alone
 * knows. Appends are of one thread.
 */
record SignInFolder(
    Path stateDir, JournalFolder files, FileJournal journal, LogEndSignatures ends) {
  /** Ends the name of the file with a log's last record, until that is in the log. */
  private static final String ENDING = ".ending";

  static SignInFolder open(Path stateDir, ObjectStore objects, HeadSigner signer) {
    Path own = below(stateDir);
    var files = JournalFolder.in(own);
    return new SignInFolder(
        stateDir,
        files,
        FileJournal.open(own, LogCopyVerifier.of(own, objects, signer)),
        new LogEndSignatures(files, signer));
  }

  static Path below(Path stateDir) {
    return stateDir.resolve("sign-ins");
  }

  /**
   * The last log.
   *
   * @param goesOn whether it hasn't ended, and isn't damaged
   * @param trouble what is wrong there; empty for nothing
   */
  record Last(SignInLogEnd end, boolean goesOn, String trouble) {}

  /** Finds it, once an end is in its log that a crash kept from being written. */
  Last last() {
    var _ = JournalFolder.in(below(stateDir)); // it may be gone
    files.named(ENDING).forEach(this::recoverEnd);
    long torn = 0;
    for (String log : journal.known().reversed()) {
      if (!SignInLogName.fits(log)) {
        continue; // a foreign file, which the reader tells of
      }
      var whole = files.all(log);
      torn += files.length(log) - RecordLines.join(whole).length;
      if (!whole.isEmpty()) {
        return last(log, torn);
      }
      if (LocalArchiveMarker.of(files, log).isPresent()) {
        return new Last(end(log), false, words(torn));
      }
    }
    return new Last(SignInLogEnd.NONE, false, words(torn));
  }

  /** The last record of a log joins it, if it was signed and a crash kept it from being written. */
  private void recoverEnd(String file) {
    String log = file.substring(0, file.length() - ENDING.length());
    if (!SignInLogName.fits(log) || !Files.isRegularFile(files.path().resolve(file))) {
      return; // a foreign file
    }
    try {
      byte[] end = files.content(file);
      if (ends.awaits(log, end)) {
        journal.append(log, new SealedRecord(end, ExecutionLog.head(end)));
      }
      files.forget(file);
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + file, e);
    }
  }

  private Last last(String log, long torn) {
    try {
      byte[] record = journal.read(log).getLast();
      var end = new SignInLogEnd(log, ExecutionLog.head(record));
      return new Last(end, !RecordLines.isEnd(record), words(torn));
    } catch (DamagedJournalException e) {
      return new Last(end(log), false, "the log before is damaged: " + e.getMessage());
    }
  }

  /** As its reader finds it: as it was signed, else as its records say, else before the first. */
  private SignInLogEnd end(String log) {
    var signed = LogEndVerifier.of(stateDir, Set.of(), below(stateDir)).end(log);
    try {
      return new SignInLogEnd(
          log, signed.isPresent() ? signed.get() : RecordFile.check(log, files.all(log)));
    } catch (DamagedJournalException e) {
      return new SignInLogEnd(log, LogHead.START);
    }
  }

  private static String words(long torn) {
    return torn > 0 ? "a crash left a record of %d bytes unfinished".formatted(torn) : "";
  }

  /** Names what a log's files are now; empty for no log. */
  String version(String log) {
    return log.isEmpty() ? "" : files.version(log);
  }

  /** Whether they are still that, and records among them. */
  boolean holds(String log, String version) {
    return files.length(log) > 0 && version.equals(version(log));
  }

  void append(String log, SealedRecord sealed) {
    journal.append(log, sealed);
  }

  /** Signs a log that ends so, and then ends it: no crash leaves an end without its signature. */
  void appendEnd(String log, SealedRecord sealed) {
    files.keep(log + ENDING, sealed.bytes());
    ends.sign(log, sealed.bytes());
    journal.append(log, sealed);
    files.forget(log + ENDING);
  }

  /**
   * What is missing of a log that ended so once; empty for nothing. Any thread.
   *
   * @throws dev.deployclaw.core.log.BucketUnavailableException when it lies there alone
   */
  Optional<String> missing(SignInLogEnd then) {
    if (!SignInLogName.fits(then.log())) {
      return Optional.of("the state store names " + then + ", which is none");
    }
    try {
      var records = journal.read(then.log());
      int at = (int) Math.min(records.size(), then.head().seq());
      var head = at <= 0 ? LogHead.START : ExecutionLog.head(records.get(at - 1));
      return head.equals(then.head())
          ? Optional.empty()
          : Optional.of(
              "there was %s, and now %s".formatted(then, new SignInLogEnd(then.log(), head)));
    } catch (DamagedJournalException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
