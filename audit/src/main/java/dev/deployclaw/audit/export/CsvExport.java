package dev.deployclaw.audit.export;

import dev.deployclaw.policy.diff.FieldDifference;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Optional;

/**
 * Who changed what: a line for each difference, and one for an execution without any. For one
 * thread.
 */
final class CsvExport implements ExportFormat {
  static final List<String> COLUMNS =
      List.of(
          ("time,requester,approver,operation,tenant,service,limit,field,before,after,"
                  + "execution,outcome,effect,verified,verification,key,record,hash")
              .split(",", -1));

  private final CsvRowWriter rows;
  private final ExportPeriod period;

  CsvExport(Writer out, ExportPeriod period) throws IOException {
    this.rows = new CsvRowWriter(out);
    this.period = period;
    rows.write(COLUMNS);
  }

  @Override
  public boolean add(ExecutionSummary execution) throws IOException {
    if (!execution.isIn(period)) {
      return false;
    }
    var differences = execution.differences();
    for (var difference : differences.listed()) {
      row(execution, difference);
    }
    if (differences.unlisted() > 0) {
      String more = differences.unlisted() + " more differences, not listed in the log";
      row(execution, unnamed(more));
    }
    if (differences.isEmpty()) {
      row(execution, unnamed(""));
    }
    return true;
  }

  private static FieldDifference unnamed(String field) {
    return new FieldDifference(
        Optional.empty(), Optional.empty(), field, Optional.empty(), Optional.empty());
  }

  private void row(ExecutionSummary execution, FieldDifference difference) throws IOException {
    var verdict = execution.verdict();
    boolean planned = !execution.differences().isEmpty();
    var record = planned ? execution.differences().record() : execution.record();
    rows.write(
        List.of(
            execution.time().map(Object::toString).orElse(""),
            execution.request().requester(),
            execution.approvers(),
            execution.request().operation(),
            difference.tenant().orElse(""),
            execution.differences().services(),
            difference.limit().orElse(""),
            difference.field(),
            difference.before().orElse(""),
            difference.after().orElse(""),
            execution.execution(),
            execution.outcome(),
            execution.effect().word(),
            verdict.isVerified() ? "yes" : "no",
            verdict.reason(),
            verdict.key().orElse(""),
            record.number(),
            record.hash()));
  }

  /**
   * Lines of CSV (RFC 4180): each cell quoted, a quote doubled, CRLF behind each line. A cell that
   * a spreadsheet would take for a formula gets an apostrophe before it. No library, since quoting
   * every cell leaves one rule, and none of ours writes CSV (jackson-dataformat-csv would be a new
   * dependency, and knows no formulas). For one thread.
   */
  record CsvRowWriter(Writer out) {
    /** With the full-width forms, which spreadsheets read alike. */
    private static final String FORMULA = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20";

    void write(List<String> cells) throws IOException {
      String before = "";
      for (String cell : cells) {
        out.write(before);
        out.write('"');
        out.write(harmless(cell).replace("\"", "\"\""));
        out.write('"');
        before = ",";
      }
      out.write("\r\n");
    }

    /** Spaces before a formula are skipped by some programs. */
    private static String harmless(String cell) {
      String line = ExportedText.line(cell);
      return begins(cell.strip()) || begins(line.strip()) || begins(cell) ? "'" + line : line;
    }

    private static boolean begins(String text) {
      return !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0;
    }
  }
}
