package dev.deployclaw.audit.export;

import dev.deployclaw.audit.export.OcsfExport.ProducedBy;
import dev.deployclaw.policy.diff.FieldDifference;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The report of a period as one HTML page: it runs nothing, asks for nothing, and prints on A4. Its
 * sections wait in files, so that memory holds one execution. For one thread.
 */
final class ReportExport implements ExportFormat {
  private static final int SHORT_HASH = 12;
  private static final int CHANGE_COLUMNS = 5;

  private final Writer out;
  private final ExportPeriod period;
  private final ProducedBy producer;
  private final ReportTotals totals = new ReportTotals();
  private final List<SpooledTable> open = new ArrayList<>();
  private final SpooledTable failed;
  private final SpooledTable changes;
  private final SpooledTable approvals;
  private final SpooledTable rollbacks;
  private final SpooledTable refusals;
  private final SpooledTable unknown;

  ReportExport(Writer out, ExportPeriod period, ProducedBy producer) throws IOException {
    this.out = out;
    this.period = period;
    this.producer = producer;
    this.failed = table("Logs that don't verify", "logs", "Log", "Outcome it claims", "Why");
    this.changes =
        table("Changes of limits", "changes", "Tenant", "Limit", "Field", "Before", "After");
    this.approvals = events("Approvals and rejections", "Person", "Decision", "Asked by");
    this.rollbacks = events("Rollbacks", "Rolled back", "Asked by", "Reason");
    this.refusals = events("Refused or not carried out", "Request", "Asked by", "Reason");
    this.unknown = events("Unknown or unfinished", "Request", "Asked by", "Reason");
  }

  /** Rows that begin with a time and end with their evidence. */
  private SpooledTable events(String title, String... between) throws IOException {
    var columns = new ArrayList<>(List.of(between));
    columns.addFirst("Time");
    columns.addLast("Evidence");
    return table(title, "events", columns.toArray(String[]::new));
  }

  private SpooledTable table(String title, String style, String... columns) throws IOException {
    var table = new SpooledTable(title, style, List.of(columns));
    open.add(table);
    return table;
  }

  @Override
  public boolean add(ExecutionSummary execution) throws IOException {
    if (!execution.isIn(period)) {
      return false;
    }
    totals.add(execution);
    if (execution.log().hasFailed()) {
      failed.add(
          row(
              code(execution.execution()),
              execution.outcome(),
              HtmlText.isolated(execution.verdict().reason())));
    }
    for (var approval : execution.approvals()) {
      approvals.add(approval(execution, approval));
    }
    if (execution.isRollback()) {
      String what = execution.request().undoes();
      rollbacks.add(told(execution, what.isEmpty() ? execution.execution() : what, true));
    }
    switch (execution.effect()) {
      case ACTIVATED, ROLLED_BACK -> changes.add(change(execution));
      case UNKNOWN -> unknown.add(told(execution, execution.request().text(), false));
      case NONE -> {
        if (!execution.outcome().equals("COMPLETED") && !execution.outcome().equals("NO_CHANGE")) {
          refusals.add(told(execution, execution.request().text(), false));
        }
      }
    }
    return true;
  }

  @Override
  public void end(ExportTotals verification) throws IOException {
    new ReportPage(period, producer).writeHead(out, totals, verification);
    for (var table : open) {
      boolean noise = table == failed && table.count() == 0;
      if (!noise) {
        table.writeTo(out);
      }
    }
    out.write("</main>\n</body>\n</html>\n");
  }

  @Override
  public void close() throws IOException {
    for (var table : open) {
      table.close();
    }
  }

  /** A group of rows: who asked for what, then each difference. */
  private static String change(ExecutionSummary execution) {
    var rows = new StringBuilder("<tbody>");
    String approvers = execution.approvers();
    rows.append("<tr class=\"by\"><td colspan=\"%d\">".formatted(CHANGE_COLUMNS))
        .append("<span class=\"time\">%s</span> ".formatted(time(execution)))
        .append("<q>%s</q>".formatted(HtmlText.isolated(execution.request().text())))
        .append(" asked by <b>%s</b>".formatted(person(execution.request().requester())))
        .append(approvers.isEmpty() ? "" : ", approved by <b>" + person(approvers) + "</b>")
        .append(" · <b>%s</b> · ".formatted(outcome(execution)))
        .append(evidence(execution))
        .append("</td></tr>");
    var differences = execution.differences();
    differences.listed().forEach(d -> rows.append(difference(d)));
    String rest = rest(execution);
    if (!rest.isEmpty()) {
      rows.append("<tr><td colspan=\"%d\">%s</td></tr>".formatted(CHANGE_COLUMNS, rest));
    }
    return rows.append("</tbody>").toString();
  }

  private static String rest(ExecutionSummary execution) {
    var differences = execution.differences();
    if (differences.isEmpty()) {
      return "The log lists no differences.";
    }
    return differences.unlisted() == 0
        ? ""
        : "And " + differences.unlisted() + " more differences, which the log doesn't list.";
  }

  private static String difference(FieldDifference d) {
    return row(
        HtmlText.isolated(d.tenant().orElse("")),
        HtmlText.isolated(d.limit().orElse("")),
        HtmlText.isolated(d.field()),
        value(d.before()),
        value(d.after()));
  }

  private static String value(Optional<String> value) {
    return value.map(HtmlText::isolated).orElse("<span class=\"none\">—</span>");
  }

  private static String approval(ExecutionSummary execution, ApprovalRecord approval) {
    boolean own = approval.granted() && approval.person().equals(execution.request().requester());
    String decision = approval.granted() ? "approved" : HtmlText.isolated(approval.detail());
    return row(
        HtmlText.time(approval.time()),
        person(approval.person()),
        own ? decision + " <span class=\"flag\">own request</span>" : decision,
        person(execution.request().requester()),
        evidence(execution, approval.record()));
  }

  /**
   * @param code whether {@code what} is an id
   */
  private static String told(ExecutionSummary execution, String what, boolean code) {
    return row(
        time(execution),
        code ? code(what) : HtmlText.isolated(what),
        person(execution.request().requester()),
        "<b>" + outcome(execution) + "</b> " + HtmlText.isolated(execution.reason()),
        evidence(execution));
  }

  private static String time(ExecutionSummary execution) {
    return execution.time().map(HtmlText::time).orElse("—");
  }

  private static String person(String name) {
    return name.isEmpty() ? "—" : HtmlText.isolated(name);
  }

  private static String outcome(ExecutionSummary execution) {
    return HtmlText.of(execution.outcome());
  }

  private static String evidence(ExecutionSummary execution) {
    var differences = execution.differences();
    return evidence(execution, differences.isEmpty() ? execution.record() : differences.record());
  }

  private static String evidence(ExecutionSummary execution, LoggedRecord.Reference record) {
    var verdict = execution.verdict();
    String mark =
        verdict.isVerified()
            ? "<span class=\"verified\">✓ verified</span>"
            : "<span class=\"unverified\">✗ not verified: %s</span>"
                .formatted(HtmlText.isolated(verdict.reason()));
    String hash = record.hash();
    String number =
        record.seq() == 0
            ? ""
            : " record %d %s"
                .formatted(
                    record.seq(), code(hash.substring(0, Math.min(SHORT_HASH, hash.length()))));
    return "<span class=\"evidence\">"
        + code(execution.execution())
        + number
        + " "
        + mark
        + "</span>";
  }

  private static String code(String text) {
    return "<code>" + HtmlText.of(text) + "</code>";
  }

  private static String row(String... cells) {
    return "<tr><td>" + String.join("</td><td>", cells) + "</td></tr>";
  }
}
