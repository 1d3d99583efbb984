package dev.deployclaw.core.recovery;

import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.SupersededRecords;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;

/**
 * Accounts for records of this machine that were lost to its logs, since another machine went on
 * without them.
 */
record LostRecordReporter(Journal journal, LogIncidentRecorder accounts) {
  /** The most hashes that a record lists; the file's own hash is over all of them. */
  private static final int MOST_HASHES = 1_000;

  /** The logs that account for them. */
  List<RequestOutcome> account(Leadership leadership) throws InterruptedException {
    var matter =
        new LogIncidentRecorder.Matter<>(
            StoreKeys.SUPERSEDED, LostRecordReporter::key, this::entry);
    return accounts.of(journal.superseded(), matter, leadership);
  }

  private LogIncidentRecorder.Entry entry(SupersededRecords lost) {
    var records = journal.read(lost);
    return new LogIncidentRecorder.Entry(
        "Comparing a log with the state store",
        "another machine continued " + lost.execution() + " from record " + before(lost),
        sentence(lost, records.size()),
        "superseded",
        facts(lost, records));
  }

  private static String key(SupersededRecords lost) {
    return StoreKeys.superseded(lost.execution(), lost.from());
  }

  private static long before(SupersededRecords lost) {
    return lost.from() - 1;
  }

  private static String sentence(SupersededRecords lost, int count) {
    return ("LOST: %d records of %s, from %d to %d: another machine continued this log from "
            + "record %d; the lost records are kept in %s, and have no effect")
        .formatted(
            count, lost.execution(), lost.from(), before(lost) + count, before(lost), lost.file());
  }

  private static Map<String, Object> facts(SupersededRecords lost, List<byte[]> records) {
    var hashes = records.stream().map(r -> ExecutionLog.head(r).hash()).limit(MOST_HASHES).toList();
    return Map.of(
        "execution", lost.execution(),
        "from", lost.from(),
        "to", before(lost) + records.size(),
        "file", lost.file(),
        "sha256", CanonicalJson.sha256(lines(records)),
        "hashes", hashes);
  }

  /** The bytes of the file. */
  private static byte[] lines(List<byte[]> records) {
    var out = new ByteArrayOutputStream();
    for (byte[] one : records) {
      out.writeBytes(one);
      out.write('\n');
    }
    return out.toByteArray();
  }
}
