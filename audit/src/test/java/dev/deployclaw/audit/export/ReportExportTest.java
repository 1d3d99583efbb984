package dev.deployclaw.audit.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Media;
import dev.deployclaw.audit.OfflinePageCases;
import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.export.LogExport.Format;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The report in a real browser without a network. */
class ReportExportTest extends OfflinePageCases {
  private static final String EVIL =
      "</td><img src=x onerror=window.owned=1><script>window.owned=1</script>\u202e";

  private ExportedLogs logs;

  @BeforeEach
  void begin() {
    logs = new ExportedLogs(folder.resolve("state"));
  }

  @Test
  void tellsAMonth() throws Exception {
    RealLogs.NAMES.forEach(logs::signed);

    show(ExportPeriod.month("2026-11"));

    assertThat(page.textContent("h1")).isEqualTo("Rate-limit changes, 2026-11");
    assertThat(page.textContent(".verdict.good h2")).isEqualTo("Verified: all logs (16)");
    assertThat(page.textContent(".verdict dl")).contains(logs.totals().keys());
    assertThat(page.textContent("header")).contains("The period isn't over.");
    assertThat(total("Executions")).isEqualTo("16");
    assertThat(total("ABORTED")).isEqualTo("1");
    assertThat(total("Approvals of own requests")).isEqualTo("2");
    assertThat(page.locator("h2").allTextContents())
        .contains("Changes of limits 12", "Approvals and rejections 2", "Rollbacks 4")
        .doesNotContain("Logs that don't verify 0");
    assertThat(section("Refused or not carried out")).contains("delete everything", "REFUSED");
    assertThat(section("Unknown or unfinished")).contains("UNKNOWN", "still pending");
    assertThat(section("Approvals and rejections")).contains("own request");
    assertThat(page.locator(".people tbody, .people tr").last().textContent()).contains("root");
  }

  @Test
  void saysFirstThatALogDoesNotVerify() throws Exception {
    logs.signed("2/approved");
    String forged = logs.signed("2/raised");
    logs.unsigned(ExportedLogs.edited("2/raised", r -> r.put("actor", "mallory")));
    logs.write("arch-2026-11-27-rate-limit-042", "{\"seq\":1}\n".getBytes(StandardCharsets.UTF_8));

    show(ExportPeriod.month("2026-11"));

    assertThat(page.textContent(".verdict.bad h2")).isEqualTo("Not verified: 2 of 3 logs");
    assertThat(section("Logs that don't verify"))
        .contains(forged, "the signature covers other records", "arch-2026-11-27-rate-limit-042");
    assertThat(page.locator(".by .verified").count()).isEqualTo(1);
    assertThat(page.textContent(".by .unverified"))
        .isEqualTo("✗ not verified: the signature covers other records");
  }

  @Test
  void aLogThatGoesOnIsUnfinishedAndItsEffectUnknown() throws Exception {
    logs.signed("2/raised");
    logs.unsigned(RealLogs.records("2/approved").subList(0, 20));

    show(ExportPeriod.month("2026-11"));

    assertThat(page.textContent(".verdict.part h2"))
        .isEqualTo("Verified: 1 of 2 logs; 1 unfinished");
    assertThat(section("Unknown or unfinished")).contains("UNFINISHED", "not verified");
  }

  @Test
  void aPeriodWithoutLogsSaysSo() throws Exception {
    logs.signed("2/raised");

    show(ExportPeriod.month("2026-10"));

    assertThat(page.textContent(".verdict.empty h2")).isEqualTo("No log lies in this period");
    assertThat(section("Changes of limits")).contains("None in this period.");
  }

  /** Whatever a log holds is text. */
  @Test
  void hostileTextsStayTexts() throws Exception {
    logs.signed(
        ExportedLogs.edited(
            "2/approved",
            r -> {
              var facts = RealLogs.object(r, "facts");
              facts.replaceAll((key, value) ->
                  List.of("requester", "approver", "request", "reason").contains(key)
                      ? EVIL
                      : value);
              if (facts.containsKey("diff")) {
                facts.put(
                    "diff",
                    List.of(
                        Map.of(
                            "tenant", EVIL, "limit", EVIL, "field", EVIL, "before", EVIL, "after",
                            EVIL)));
              }
            }));

    show(ExportPeriod.month("2026-11"));

    assertThat(page.locator("img, script").count()).isZero();
    assertThat(page.evaluate("window.owned === undefined")).isEqualTo(true);
    assertThat(page.textContent(".by q")).isEqualTo(EVIL.replace("\u202e", " "));
    assertThat(page.locator("tbody tr:not(.by) td bdi").first().textContent()).startsWith("</td>");
  }

  /** A4, each page with the heads of its tables, no text cut off at the side. */
  @Test
  void printsOnPaper() throws Exception {
    RealLogs.NAMES.forEach(logs::signed);
    show(ExportPeriod.month("2026-11"));

    byte[] pdf = page.pdf(new Page.PdfOptions().setPreferCSSPageSize(true));

    assertThat(new String(pdf, 0, 5, StandardCharsets.ISO_8859_1)).isEqualTo("%PDF-");
    assertThat(new String(pdf, StandardCharsets.ISO_8859_1)).contains("/MediaBox [0 0 594");
    page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
    page.setViewportSize(688, 1000);
    assertThat(page.evaluate("document.documentElement.scrollWidth <= 688")).isEqualTo(true);
    assertThat(page.evaluate("getComputedStyle(document.querySelector('thead')).display"))
        .isEqualTo("table-header-group");
  }

  private String total(String name) {
    return page.locator(".totals div", new Page.LocatorOptions().setHasText(name))
        .first()
        .locator("dd")
        .textContent();
  }

  private String section(String title) {
    return page.locator("section", new Page.LocatorOptions().setHasText(title))
        .last()
        .textContent();
  }

  private void show(ExportPeriod period) throws IOException {
    Path file = folder.resolve("report.html");
    Files.writeString(file, logs.export(Format.REPORT, period), StandardCharsets.UTF_8);
    page.navigate(file.toUri().toString());
    page.waitForSelector("h1");
  }
}
