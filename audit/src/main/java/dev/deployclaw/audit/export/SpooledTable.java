package dev.deployclaw.audit.export;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A section of the report with a table whose rows wait in a temporary file, since the totals before
 * it are known only at the end. For one thread; closing it removes the file.
 */
final class SpooledTable implements AutoCloseable {
  private final String title;
  private final String style;
  private final List<String> columns;
  private final Path file;
  private final BufferedWriter rows;
  private long count;

  /**
   * @param style the class of the table
   * @param columns their names
   */
  SpooledTable(String title, String style, List<String> columns) throws IOException {
    this.title = title;
    this.style = style;
    this.columns = List.copyOf(columns);
    this.file = Files.createTempFile("deployclaw-report", ".html");
    this.rows = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
  }

  /**
   * @param html one or more rows
   */
  void add(String html) throws IOException {
    rows.write(html);
    rows.write('\n');
    count++;
  }

  long count() {
    return count;
  }

  /** The whole section; a sentence where there is no row. */
  void writeTo(Writer out) throws IOException {
    rows.flush();
    out.write("<section>\n<h2>" + title + " <span class=\"count\">" + count + "</span></h2>\n");
    if (count == 0) {
      out.write("<p class=\"none\">None in this period.</p>\n</section>\n");
      return;
    }
    out.write("<table class=\"%s\">\n<thead><tr>".formatted(style));
    for (String column : columns) {
      out.write("<th>" + column + "</th>");
    }
    out.write("</tr></thead>\n");
    try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      long _ = reader.transferTo(out);
    }
    out.write("</table>\n</section>\n");
  }

  @Override
  public void close() throws IOException {
    try (rows) {
      Files.deleteIfExists(file);
    }
  }
}
