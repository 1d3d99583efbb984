package dev.deployclaw.audit.export;

import java.io.IOException;
import java.io.Writer;
import java.util.List;

/**
 * Lines of CSV (RFC 4180): each cell quoted, a quote doubled, CRLF behind each line. A cell that a
 * spreadsheet would take for a formula gets an apostrophe before it. No library, since quoting
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
