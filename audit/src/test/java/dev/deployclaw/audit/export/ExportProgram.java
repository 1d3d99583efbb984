package dev.deployclaw.audit.export;

import dev.deployclaw.audit.export.LogExport.Format;
import dev.deployclaw.audit.export.LogExport.Order;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.signing.LogEndVerifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** An export in a JVM of its own: state folder, format, month and file. */
final class ExportProgram {
  private ExportProgram() {}

  public static void main(String[] words) throws Exception {
    var state = Path.of(words[0]);
    var order = new Order(Format.valueOf(words[1]), ExportPeriod.month(words[2]), ExportedLogs.NOW);
    try (var journal = FileJournal.open(state);
        var out = Files.newBufferedWriter(Path.of(words[3]))) {
      var totals = new LogExport(journal, LogEndVerifier.of(state, Set.of())).write(order, out);
      System.out.println(totals.count(LogVerdict.Kind.VERIFIED) + " verified of " + totals.all());
    }
  }
}
