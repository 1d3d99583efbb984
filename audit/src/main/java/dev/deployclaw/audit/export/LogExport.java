package dev.deployclaw.audit.export;

import dev.deployclaw.audit.export.OcsfExport.ProducedBy;
import dev.deployclaw.audit.signing.LogEndVerifier;
import dev.deployclaw.core.log.Journal;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;

/**
 * Exports the logs of a machine for auditors. Each is verified while it is exported, and one at a
 * time is in memory. For one thread.
 *
 * @param journal where the logs are
 * @param ends what checks their signatures
 */
public record LogExport(Journal journal, LogEndVerifier ends) {
  /** The version that an export says it is made by. */
  public static final String PRODUCT_VERSION = "0.1.0";

  /** What is written. */
  public enum Format {
    /** Events of the Open Cybersecurity Schema Framework, one JSON object a line. */
    OCSF,
    /** Who changed what, by RFC 4180. */
    CSV,
    /** A page for people, which prints well. */
    REPORT
  }

  /**
   * What is asked for.
   *
   * @param now when the export is made
   */
  public record Order(Format format, ExportPeriod period, Instant now) {}

  /**
   * Writes an export and flushes it.
   *
   * @return how many logs it holds, and what their verification found
   * @throws IOException when it can't be written
   * @throws dev.deployclaw.core.log.BucketUnavailableException when a log can't be asked for: what
   *     is written then is not whole
   */
  public ExportTotals write(Order order, Writer out) throws IOException {
    var totals = new ExportTotals();
    var reader = new VerifiedLogReader(journal, ends);
    try (var format = format(order, out)) {
      for (String execution : journal.known()) {
        var log = reader.read(execution, order.period());
        if (log.isPresent() && format.add(ExecutionSummary.of(log.get()))) {
          totals.add(log.get().verdict());
        }
      }
      format.end(totals);
    }
    out.flush();
    return totals;
  }

  private static ExportFormat format(Order order, Writer out) throws IOException {
    var producer = new ProducedBy(PRODUCT_VERSION, order.now());
    return switch (order.format()) {
      case OCSF -> new OcsfExport(out, order.period(), producer);
      case CSV -> new CsvExport(out, order.period());
      case REPORT -> new ReportExport(out, order.period(), producer);
    };
  }
}
