package dev.deployclaw.bench.console;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogEndSignatures;
import dev.deployclaw.bench.sample.SampleLogEntries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Logs of an agent that hasn't begun: many short ones, and a long one that is newer.
 *
 * @param each records of a short one
 * @param longest records of the long one
 */
record SampleLogs(int executions, int each, int longest) {
  static final SampleLogs NONE = new SampleLogs(0, 0, 0);
  static final String LONG = "arch-2026-11-26-rate-limit-001";

  /** The others have none, as those of an earlier version. */
  private static final int SIGNED = 200;

  void write(Path stateDir) throws IOException {
    var folder = JournalFolder.in(stateDir);
    var signatures = new LogEndSignatures(folder, HeadSigner.open(stateDir));
    for (int i = 1; i <= executions; i++) {
      String id = "arch-2026-11-25-rate-limit-%05d".formatted(i);
      write(folder, id, each);
      if (i > executions - SIGNED) {
        signatures.sign(id);
      }
    }
    if (longest > 0) {
      write(folder, LONG, longest);
      signatures.sign(LONG);
    }
  }

  private static void write(JournalFolder folder, String id, int records) throws IOException {
    Files.write(folder.records(id), RecordLines.join(SampleLogEntries.log(id, records)));
  }
}
