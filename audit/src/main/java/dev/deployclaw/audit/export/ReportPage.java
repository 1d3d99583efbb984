package dev.deployclaw.audit.export;

import dev.deployclaw.audit.export.LogVerdict.Kind;
import dev.deployclaw.audit.export.OcsfExport.ProducedBy;
import dev.deployclaw.audit.view.LogHtmlRenderer;
import dev.deployclaw.policy.document.PackagedText;
import java.io.IOException;
import java.io.Writer;
import java.util.stream.Collectors;

/** The first page of the report: verification, totals, and people. Pure. */
record ReportPage(ExportPeriod period, ProducedBy producer) {
  void writeHead(Writer out, ReportTotals totals, ExportTotals verification) throws IOException {
    String style = PackagedText.read(ReportPage.class, "report.css");
    String policy =
        "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'"
            .formatted(LogHtmlRenderer.sha256(style));
    out.write(
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="%s">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <title>Rate-limit changes, %s</title>
        <style>%s</style>
        </head>
        <body>
        <main>
        <header>
        <h1>Rate-limit changes, %s</h1>
        <p>%s</p>
        </header>
        """
            .formatted(
                policy, HtmlText.of(period.name()), style, HtmlText.of(period.name()), made()));
    out.write(verification(verification));
    out.write(totals(totals, verification));
    out.write(people(totals));
  }

  private String made() {
    String span =
        "From %s until before %s (UTC). "
            .formatted(HtmlText.time(period.since()), HtmlText.time(period.until()));
    String early = producer.now().isBefore(period.until()) ? "<b>The period isn't over.</b> " : "";
    return span
        + early
        + "Made %s by DeployClaw System Architect %s."
            .formatted(HtmlText.time(producer.now()), HtmlText.of(producer.version()));
  }

  private String verification(ExportTotals v) {
    long all = v.all();
    long failed = v.count(Kind.FAILED);
    long unfinished = v.count(Kind.UNFINISHED);
    String level = all == 0 ? "empty" : failed > 0 ? "bad" : unfinished > 0 ? "part" : "good";
    String keys =
        v.keys().stream()
            .sorted()
            .map(key -> "<code>" + HtmlText.of(key) + "</code>")
            .collect(Collectors.joining(" "));
    return """
    <section class="verdict %s">
    <h2>%s</h2>
    <dl>
    <dt>Verified</dt><dd>%d</dd>
    <dt>Unfinished</dt><dd>%d</dd>
    <dt>Not verified</dt><dd>%d</dd>
    <dt>Signed with</dt><dd>%s</dd>
    </dl>
    <p>While this report was made, each log's hash chain, process rules and the signature of its end were checked
    on %s UTC. Compare the key with the one that you keep. This doesn't show whether a log is missing:
    <code>deployclaw audit bundle</code> and <code>audit verify</code> do.</p>
    </section>
    """
        .formatted(
            level,
            verdict(v),
            v.count(Kind.VERIFIED),
            unfinished,
            failed,
            keys.isEmpty() ? "—" : keys,
            HtmlText.time(producer.now()));
  }

  private static String verdict(ExportTotals v) {
    long all = v.all();
    if (all == 0) {
      return "No log lies in this period";
    }
    if (v.count(Kind.FAILED) > 0) {
      return "Not verified: %d of %d logs".formatted(v.count(Kind.FAILED), all);
    }
    long unfinished = v.count(Kind.UNFINISHED);
    return unfinished == 0
        ? "Verified: all logs (%d)".formatted(all)
        : "Verified: %d of %d logs; %d unfinished"
            .formatted(v.count(Kind.VERIFIED), all, unfinished);
  }

  private static String totals(ReportTotals totals, ExportTotals verification) {
    var out = new StringBuilder("<section>\n<h2>Totals</h2>\n<dl class=\"totals\">\n");
    out.append(total("Executions", verification.all()));
    totals.outcomes().forEach((outcome, n) -> out.append(total(outcome, n)));
    out.append(total("Differences activated", totals.differences()));
    out.append(total("Approvals of own requests", totals.ownApprovals()));
    return out.append("</dl>\n</section>\n").toString();
  }

  private static String total(String name, long count) {
    return "<div><dt>%s</dt><dd>%d</dd></div>\n".formatted(HtmlText.of(name), count);
  }

  private static String people(ReportTotals totals) {
    if (totals.people().isEmpty()) {
      return "";
    }
    var out =
        new StringBuilder(
            """
            <section>
            <h2>People</h2>
            <table class="people">
            <thead><tr><th>Person or program</th><th>Requests</th><th>Approvals</th><th>Rejections</th></tr></thead>
            """);
    totals
        .people()
        .forEach((name, did) ->
            out.append(
                "<tr><td>%s</td><td>%d</td><td>%d</td><td>%d</td></tr>\n"
                    .formatted(
                        HtmlText.isolated(name), did.requests(), did.granted(), did.rejected())));
    return out.append("</table>\n</section>\n").toString();
  }
}
