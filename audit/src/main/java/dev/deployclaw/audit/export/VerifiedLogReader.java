package dev.deployclaw.audit.export;

import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.signing.LogEndVerifier;
import dev.deployclaw.audit.signing.LogEndVerifier.EndSignature;
import dev.deployclaw.audit.verify.LogVerifier;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.Journal;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads logs and verifies each: chain, process rules, and the signature of its end. */
public record VerifiedLogReader(Journal journal, LogEndVerifier ends) {
  private static final int MOST_FINDINGS = 5;

  /** A log, if a record of it lies in the period. */
  public Optional<VerifiedLog> read(String execution, ExportPeriod period) {
    return Optional.of(read(execution)).filter(log -> log.isIn(period));
  }

  /**
   * A log, whenever it was written.
   *
   * @throws dev.deployclaw.core.log.BucketUnavailableException when it lies in a bucket that is
   *     away
   */
  public VerifiedLog read(String execution) {
    try {
      return verify(execution, journal.read(execution));
    } catch (DamagedJournalException e) {
      return unreadable(execution, String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      return unreadable(execution, "can't be read: " + e.getCause());
    } catch (StrictJson.Malformed e) {
      return unreadable(execution, "not a record: " + e.getMessage());
    }
  }

  private static VerifiedLog unreadable(String execution, String reason) {
    return VerifiedLog.unreadable(execution, LogVerdict.failed(reason));
  }

  private VerifiedLog verify(String execution, List<byte[]> stored) throws StrictJson.Malformed {
    if (stored.isEmpty()) {
      var verdict = unfinished(execution, stored, "no record was written yet");
      return VerifiedLog.unreadable(execution, verdict);
    }
    var records = new ArrayList<LoggedRecord>();
    for (byte[] one : stored) {
      records.add(LoggedRecord.parse(one));
    }
    return new VerifiedLog(execution, records, verdict(execution, stored));
  }

  private LogVerdict verdict(String execution, List<byte[]> stored) {
    var findings = LogVerifier.records(execution, stored);
    if (!findings.isEmpty()) {
      boolean onlyUnfinished = findings.stream().allMatch(f -> f.code() == Code.NO_END);
      return onlyUnfinished
          ? unfinished(execution, stored, "it hasn't ended, so no signature covers it")
          : LogVerdict.failed(words(findings));
    }
    return switch (ends.verify(execution, stored)) {
      case EndSignature.Valid(String key) -> LogVerdict.verified(key);
      case EndSignature.Invalid(String reason) -> LogVerdict.failed(reason);
    };
  }

  private LogVerdict unfinished(String execution, List<byte[]> stored, String reason) {
    return ends.contradiction(execution, stored)
        .map(LogVerdict::failed)
        .orElseGet(() -> LogVerdict.unfinished(reason));
  }

  private static String words(List<VerificationFinding> findings) {
    String named =
        findings.stream()
            .limit(MOST_FINDINGS)
            .map(f -> (f.seq() == 0 ? "" : "record " + f.seq() + " ") + f.word() + ": " + f.what())
            .collect(Collectors.joining("; "));
    int more = findings.size() - MOST_FINDINGS;
    return more > 0 ? named + "; and " + more + " more findings" : named;
  }
}
