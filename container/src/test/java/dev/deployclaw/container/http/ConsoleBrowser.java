package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * People who use the console in a real browser. What a page writes to its console, throws, or asks
 * of another host is trouble, and closing it with trouble fails.
 */
final class ConsoleBrowser implements AutoCloseable {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final double LONGEST_MILLIS = 30_000;

  private final Playwright playwright;
  private final Browser browser;
  private final List<BrowserContext> contexts = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();

  private ConsoleBrowser(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /** Skips the test where there is no browser. */
  static ConsoleBrowser launch() {
    assumeTrue(Files.isExecutable(CHROMIUM), CHROMIUM + " isn't installed");
    var environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    var playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
    var options = new LaunchOptions().setExecutablePath(CHROMIUM).setChromiumSandbox(false);
    return new ConsoleBrowser(playwright, playwright.chromium().launch(options));
  }

  /** A new person's window, on no page yet. */
  Page window(Served served) {
    return window(served, new Browser.NewContextOptions().setViewportSize(1280, 900));
  }

  Page window(Served served, Browser.NewContextOptions options) {
    var context = browser.newContext(options);
    context.setDefaultTimeout(LONGEST_MILLIS);
    contexts.add(context);
    var page = context.newPage();
    page.onConsoleMessage(message -> {
      if (!message.text().startsWith("Failed to load resource")) { // a refusal that a test wants
        troubles.add(message.text());
      }
    });
    page.onPageError(troubles::add);
    page.onRequest(request -> {
      if (!request.url().startsWith(served.address())) {
        troubles.add("asked for " + request.url());
      }
    });
    return page;
  }

  static Browser.NewContextOptions sized(int width, int height, ColorScheme scheme) {
    return new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme);
  }

  /** Signs in, and returns when the page that was wanted is there. */
  static Page signIn(Page page, Served served, String path, String token) {
    page.navigate(served.address() + path);
    page.fill("#token", token);
    page.press("#token", "Enter");
    page.waitForSelector("#bar .who");
    ready(page);
    return page;
  }

  static void ready(Page page) {
    page.waitForSelector("#page > :not(.busy):not(form) h1");
  }

  /** What axe finds in a page, a line each. */
  static List<String> barriers(Page page) {
    page.evaluate(axe());
    var found =
        page.evaluate(
            """
            () => axe.run(document, {resultTypes: ['violations']}).then(all => all.violations.flatMap(rule =>
              rule.nodes.map(node => rule.id + ': ' + node.target.join(' ') + ' ' + node.failureSummary)))
            """);
    return ((List<?>) found).stream().map(String::valueOf).toList();
  }

  private static String axe() {
    try (InputStream in = ConsoleBrowser.class.getResourceAsStream("/axe.min.js")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("axe can't be read", e);
    }
  }

  /** What a test brings about on purpose, by words of it. */
  void expectTrouble(String... words) {
    troubles.removeIf(trouble -> Stream.of(words).anyMatch(trouble::contains));
  }

  /** After each test: its windows, and that nothing went wrong in them. */
  void closeWindows() {
    contexts.forEach(BrowserContext::close);
    contexts.clear();
    var all = List.copyOf(troubles);
    troubles.clear();
    assertThat(all).isEmpty();
  }

  @Override
  public void close() {
    playwright.close();
  }
}
