package dev.deployclaw.bench.view;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.view.LogHtmlRenderer;
import dev.deployclaw.bench.sample.SampleLogEntries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * The page of one log, and the least page with the same document, in Chromium without a network.
 */
final class LogPageBrowser implements AutoCloseable {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

  private final Path page;
  private final Path least;
  private final Playwright playwright;
  private final Browser browser;

  private LogPageBrowser(Path page, Path least, Playwright playwright) {
    this.page = page;
    this.least = least;
    this.playwright = playwright;
    var options = new LaunchOptions().setExecutablePath(CHROMIUM).setChromiumSandbox(false);
    this.browser = playwright.chromium().launch(options);
  }

  /** Of a log with so many records. */
  static LogPageBrowser of(Path folder, int records) throws IOException {
    var document = ExecutionDocument.of(SampleLogEntries.log("arch-2026-11-26-bench-001", records));
    String html = LogHtmlRenderer.html(document);
    Path page = Files.writeString(folder.resolve("log.html"), html);
    Path least = Files.writeString(folder.resolve("least.html"), least(html));
    var environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    return new LogPageBrowser(
        page, least, Playwright.create(new Playwright.CreateOptions().setEnv(environment)));
  }

  /** In bytes. */
  long size() throws IOException {
    return Files.size(page);
  }

  /** Each act in a window of its own, in milliseconds. */
  Map<PageAction, Double> look() {
    return inWindow(window -> {
      var took = new EnumMap<PageAction, Double>(PageAction.class);
      window.navigate(page.toUri().toString());
      for (var act : PageAction.values()) {
        took.put(act, millis(window, act.script()));
      }
      return took;
    });
  }

  /** The floor of each. */
  Map<PageAction, Double> least() {
    return inWindow(window -> {
      var took = new EnumMap<PageAction, Double>(PageAction.class);
      window.navigate(least.toUri().toString());
      for (var act : PageAction.values()) {
        took.put(act, millis(window, act.floorScript()));
      }
      return took;
    });
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }

  private static double millis(Page window, String script) {
    return ((Number) window.evaluate(script)).doubleValue();
  }

  private interface Looking {
    Map<PageAction, Double> at(Page window);
  }

  private Map<PageAction, Double> inWindow(Looking looking) {
    try (var context =
        browser.newContext(
            new Browser.NewContextOptions().setOffline(true).setViewportSize(1280, 900))) {
      return looking.at(context.newPage());
    }
  }

  private static String least(String html) {
    String data = html.substring(html.indexOf("<script type="), html.indexOf("</script>") + 9);
    return "<!doctype html><title>least</title><main></main>"
        + data
        + "<script>document.querySelector('main').textContent ="
        + " Object.keys(JSON.parse(document.getElementById('document').textContent)).length"
        + " + ' fields'</script>";
  }
}
