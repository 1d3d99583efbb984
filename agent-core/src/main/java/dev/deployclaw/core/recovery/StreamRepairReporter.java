package dev.deployclaw.core.recovery;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.StreamCopy.Repaired;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.store.StoreKeys;
import java.util.List;

/** Accounts for what the stream lost and was given again. */
record StreamRepairReporter(Journal journal, LogIncidentRecorder accounts) {
  private static final LogIncidentRecorder.Matter<Repaired> MATTER =
      new LogIncidentRecorder.Matter<>(
          StoreKeys.REPAIRED, one -> StoreKeys.repaired(one.name()), StreamRepairReporter::entry);

  /** The logs that account for them. */
  List<RequestOutcome> account(Leadership leadership) throws InterruptedException {
    return accounts.of(journal.stream().repaired(), MATTER, leadership);
  }

  private static LogIncidentRecorder.Entry entry(Repaired repaired) {
    return new LogIncidentRecorder.Entry(
        "Comparing the stream with the logs",
        repaired.cause(),
        "REPAIR: " + repaired.sentence(),
        "repair",
        repaired.facts());
  }
}
