package dev.deployclaw.bench.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Pages of a served agent whose estate has many tenants. */
@Command(
    name = "console",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "The console's pages in a browser, at many tenants.")
public final class ConsoleBench extends BenchCommand<ConsoleBench.ConsoleFigures> {
  @Option(names = "--tenants", defaultValue = "100000", description = "that are committed")
  private int tenants = 100_000;

  @Option(names = "--rounds", defaultValue = "3", description = "of each page")
  private int rounds = 3;

  public ConsoleBench(PrintWriter out) {
    super(out);
  }

  /** {@code resident} is KiB of the agent after all views. */
  record ConsoleFigures(Map<String, TimingSamples> views, long resident) {}

  @Override
  protected ConsoleFigures measure(Path folder) throws Exception {
    try (var served = ServedLab.start(folder, tenants)) {
      var views = new LinkedHashMap<String, TimingSamples>();
      views.put("the agent, until it is ready", new TimingSamples(List.of(served.untilReady())));
      views.put(
          "then, the first page over HTTP", new TimingSamples(List.of(served.untilFirstPage())));
      try (var browser = new BrowserViews(served.address())) {
        browser.tenants(rounds).forEach((what, all) -> views.put(what, new TimingSamples(all)));
      }
      return new ConsoleFigures(views, served.resident());
    }
  }

  @Override
  protected List<FigureTable<?>> tables(ConsoleFigures figures) {
    return List.of(
        new FigureTable<>("views", "Until it is shown", List.copyOf(figures.views().entrySet()))
            .text("", "what", Map.Entry::getKey)
            .millis("median ms", "median_ns", view -> view.getValue().median())
            .millis("worst ms", "worst_ns", view -> view.getValue().worst()),
        new FigureTable<>("agent", "The agent after all views", List.of(figures.resident()))
            .whole("resident KiB", "resident_kib", kib -> kib));
  }

  /** How long a person waits for pages of the console, in a real browser. For one thread. */
  private static final class BrowserViews implements AutoCloseable {
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
              new Playwright.CreateOptions()
                  .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
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
}
