package dev.deployclaw.container.query;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A log in a state folder that an execution left: records of 2 KiB each, a second apart. */
public final class EndedLog {
  private static final Instant BEGIN = Instant.parse("2026-11-26T10:00:00Z");
  private static final int STEPS = 4;

  private EndedLog() {}

  /** Writes one of so many records. */
  public static void write(Path stateDir, String execution, int records) throws IOException {
    var sealed =
        LogEntryFixture.seal(
            new HashChainSealer(SecretRedactor.of(List.of())),
            LogHead.START,
            entries(execution, records));
    var lines = sealed.stream().map(SealedRecord::bytes).toList();
    Files.write(JournalFolder.in(stateDir).records(execution), RecordLines.join(lines));
  }

  private static List<LogEntry> entries(String execution, int records) {
    var all = new ArrayList<LogEntry>();
    for (int i = 1; i < records; i++) {
      var one = LogEntryFixture.of(execution, Phase.STAGE, "stages").step(1 + i * STEPS / records);
      var told = one.detail("tenant-" + i + " " + "x".repeat(1_600));
      all.add(told.at(BEGIN.plusSeconds(i - 1)).thought());
    }
    var facts = Map.<String, Object>of("result", "COMPLETED", "request", "look at everything");
    var end = LogEntryFixture.of(execution, Phase.END, "ends").facts(facts);
    all.add(end.at(BEGIN.plusSeconds(records)).thought());
    return all;
  }
}
