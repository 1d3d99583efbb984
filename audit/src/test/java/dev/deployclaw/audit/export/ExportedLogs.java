package dev.deployclaw.audit.export;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.export.LogExport.Format;
import dev.deployclaw.audit.export.LogExport.Order;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogEndSignatures;
import dev.deployclaw.audit.signing.LogEndVerifier;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.commons.lang3.function.Failable;

/** Real logs in a state folder, signed as the agent signs them, and what is exported of them. */
final class ExportedLogs {
  static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
  static final String REQUEST = "set initech's checkout limit to 77 per minute; hold for approval";

  private final Path state;
  private ExportTotals totals = new ExportTotals();

  ExportedLogs(Path state) {
    this.state = state;
  }

  /** Puts a log there, and signs its end. */
  String signed(String name) {
    return signed(RealLogs.records(name));
  }

  String signed(List<Map<String, Object>> records) {
    String id = unsigned(records);
    sign(id);
    return id;
  }

  void sign(String id) {
    new LogEndSignatures(JournalFolder.in(state), HeadSigner.open(state)).sign(id);
  }

  /** Hashes the records again and writes them. */
  String unsigned(List<Map<String, Object>> records) {
    String id = String.valueOf(records.getFirst().get("execution_id"));
    write(id, RecordLines.join(RealLogs.sealed(records)));
    return id;
  }

  void write(String id, byte[] lines) {
    Failable.run(() -> Files.write(file(id), lines));
  }

  Path file(String id) {
    return JournalFolder.in(state).records(id);
  }

  /** The records of a real log after each was changed. */
  static List<Map<String, Object>> edited(String name, Consumer<Map<String, Object>> edit) {
    var records = new ArrayList<Map<String, Object>>();
    for (var entry : RealLogs.records(name)) {
      var copy = new TreeMap<>(entry);
      copy.put("facts", new TreeMap<>(RealLogs.object(entry, "facts")));
      edit.accept(copy);
      records.add(copy);
    }
    return records;
  }

  String export(Format format) throws IOException {
    return export(format, ExportPeriod.ALL);
  }

  String export(Format format, ExportPeriod period) throws IOException {
    var out = new StringWriter();
    try (var journal = FileJournal.open(state)) {
      totals = new LogExport(journal, ends(Set.of())).write(new Order(format, period, NOW), out);
    }
    return out.toString();
  }

  /** Of the last export. */
  ExportTotals totals() {
    return totals;
  }

  /** What the verification finds in a log. */
  LogVerdict verdict(String id, Set<String> keys) {
    try (var journal = FileJournal.open(state)) {
      return new VerifiedLogReader(journal, ends(keys))
          .read(id, ExportPeriod.ALL)
          .orElseThrow()
          .verdict();
    }
  }

  private LogEndVerifier ends(Set<String> keys) {
    return LogEndVerifier.of(state, keys);
  }
}
