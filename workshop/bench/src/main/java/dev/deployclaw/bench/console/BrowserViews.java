package dev.deployclaw.bench.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long a person waits for pages of the console, in a real browser. For one thread. */
final class BrowserViews implements AutoCloseable {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final double LONGEST_MILLIS = 60_000;
  private static final String ROWS = "main table[aria-label=Tenants] tbody tr";

  private final Playwright playwright;
  private final Page page;
  private final String address;
  private final Map<String, List<Long>> taken = new LinkedHashMap<>();

  BrowserViews(String address) {
    this.address = address;
    this.playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    var options = new LaunchOptions().setExecutablePath(CHROMIUM).setChromiumSandbox(false);
    Browser browser = playwright.chromium().launch(options);
    this.page = browser.newPage();
    page.setDefaultTimeout(LONGEST_MILLIS);
  }

  Map<String, List<Long>> tenants(int rounds) {
    page.navigate(address + "/console/");
    page.fill("#token", ServedLab.TOKEN);
    page.press("#token", "Enter");
    page.waitForSelector("#bar .who");
    time("Tenants, the set not read before", () -> open("/console/tenants", ROWS));
    for (int i = 0; i < rounds; i++) {
      time("Tenants", () -> open("/console/tenants", ROWS));
      String name = "tenant-0%05d".formatted((i + 1) * 17);
      time(
          "a search as it is typed",
          () -> {
            page.fill("#search", name);
            page.waitForSelector(ROWS + " >> text='" + name + "'");
          });
      time("one tenant", () -> open("/console/tenants/" + name, ".curve"));
    }
    return taken;
  }

  private void open(String path, String until) {
    page.navigate(address + path);
    page.waitForSelector(until);
  }

  private void time(String what, Runnable view) {
    long begin = System.nanoTime();
    view.run();
    taken.computeIfAbsent(what, _ -> new ArrayList<>()).add(System.nanoTime() - begin);
  }

  @Override
  public void close() {
    playwright.close();
  }
}
