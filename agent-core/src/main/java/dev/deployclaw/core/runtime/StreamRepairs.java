package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.StreamCopy.Repaired;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore.Leadership;
import java.util.List;

/** Accounts for what the stream lost and was given again. */
final class StreamRepairs {
  private static final Accounts.Matter<Repaired> MATTER =
      new Accounts.Matter<>(Keys.REPAIRED, one -> Keys.repaired(one.name()), StreamRepairs::entry);

  private final Journal journal;
  private final Accounts accounts;

  StreamRepairs(Journal journal, Accounts accounts) {
    this.journal = journal;
    this.accounts = accounts;
  }

  /** The logs that account for them. */
  List<Ended> account(Leadership leadership) throws InterruptedException {
    return accounts.of(journal.stream().repaired(), MATTER, leadership);
  }

  private static Accounts.Entry entry(Repaired repaired) {
    return new Accounts.Entry(
        "Comparing the stream with the logs",
        repaired.cause(),
        "REPAIR: " + repaired.sentence(),
        "repair",
        repaired.facts());
  }
}
