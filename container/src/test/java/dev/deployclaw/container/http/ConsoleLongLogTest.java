package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.OLIVIA;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.container.query.EndedLog;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that is too long to be read for a page is shown as its records come. */
@Slow(guard = "dev.deployclaw.container.http.ManyLogsTest", because = "it starts a browser")
class ConsoleLongLogTest {
  private static final String ID = "arch-2026-11-26-rate-limit-001";
  private static final int STEPS = 4;
  private static final int MANY = 3_000;

  @TempDir Path folder;

  @Test
  void showsTheOutlineAtOnceAndThenEachRecord() throws Exception {
    var logs = folder.resolve("logs");
    EndedLog.write(logs, ID, MANY);
    try (var journal = FileJournal.open(logs);
        var served = Served.start(folder, ServerFixture.patient(), journal, journal::tail);
        var browser = ConsoleBrowser.launch()) {
      var page = browser.window(served);
      var asked = new CopyOnWriteArrayList<String>();
      page.onRequest(request -> asked.add(request.url()));
      ConsoleBrowser.signIn(page, served, "/console/executions/" + ID, OLIVIA);

      page.waitForSelector(".records .row");
      page.waitForSelector("text=" + MANY + " of " + MANY + " records");

      assertThat(page.textContent(".result")).isEqualTo("COMPLETED");
      assertThat(page.textContent(".request")).contains("look at everything");
      assertThat(page.locator(".timeline .step").count()).isEqualTo(STEPS);
      assertThat(page.textContent(".foot")).contains(MANY + " records").doesNotContain("signed");
      assertThat(rows(page, "tenant-2777")).isEqualTo("1 of " + MANY + " records");
      assertThat(asked)
          .doesNotContain(served.address() + "/v1/executions/" + ID)
          .contains(served.address() + "/v1/executions/" + ID + "/events");
    }
  }

  private static String rows(Page page, String words) {
    page.fill("input[type=search]", words);
    page.waitForSelector(".records [aria-setsize='1']");
    return page.textContent(".tools .count");
  }
}
