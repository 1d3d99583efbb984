package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Superseded;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.policy.json.Canonical;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;

/**
 * Accounts for records of this machine that were lost to its logs, since another machine went on
 * without them.
 */
final class LostRecords {
  /** The most hashes that a record lists; the file's own hash is over all of them. */
  private static final int MOST_HASHES = 1_000;

  private final Journal journal;
  private final Accounts accounts;

  LostRecords(Journal journal, Accounts accounts) {
    this.journal = journal;
    this.accounts = accounts;
  }

  /** The logs that account for them. */
  List<Ended> account(Leadership leadership) throws InterruptedException {
    var matter = new Accounts.Matter<>(Keys.SUPERSEDED, LostRecords::key, this::entry);
    return accounts.of(journal.superseded(), matter, leadership);
  }

  private Accounts.Entry entry(Superseded lost) {
    var records = journal.read(lost);
    return new Accounts.Entry(
        "Comparing a log with the state store",
        "another machine went on with " + lost.execution() + " from record " + before(lost),
        sentence(lost, records.size()),
        "superseded",
        facts(lost, records));
  }

  private static String key(Superseded lost) {
    return Keys.superseded(lost.execution(), lost.from());
  }

  private static long before(Superseded lost) {
    return lost.from() - 1;
  }

  private static String sentence(Superseded lost, int count) {
    return "LOST: %d records of %s, from %d to %d: another machine went on with it from record %d; they are kept in %s, and count for nothing"
        .formatted(
            count, lost.execution(), lost.from(), before(lost) + count, before(lost), lost.file());
  }

  private static Map<String, Object> facts(Superseded lost, List<byte[]> records) {
    var hashes = records.stream().map(r -> ThoughtLog.head(r).hash()).limit(MOST_HASHES).toList();
    return Map.of(
        "execution", lost.execution(),
        "from", lost.from(),
        "to", before(lost) + records.size(),
        "file", lost.file(),
        "sha256", Canonical.sha256(lines(records)),
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
