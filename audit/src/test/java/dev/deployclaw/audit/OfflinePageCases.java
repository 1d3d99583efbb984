package dev.deployclaw.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cases of a file in a real browser without a network. What a page writes to its console, throws,
 * or asks for beyond files is trouble, and fails the case.
 */
public abstract class OfflinePageCases {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static @Nullable Playwright playwright;
  private static @Nullable Browser browser;

  @TempDir protected Path folder;
  protected final List<String> troubles = new ArrayList<>();
  protected Page page;

  @BeforeAll
  static void launch() {
    assumeTrue(Files.isExecutable(CHROMIUM), CHROMIUM + " isn't installed");
    var environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
    var options = new LaunchOptions().setExecutablePath(CHROMIUM).setChromiumSandbox(false);
    browser = playwright.chromium().launch(options);
  }

  @AfterAll
  static void end() {
    if (playwright != null) {
      playwright.close();
    }
  }

  @BeforeEach
  void openAWindow() {
    if (browser == null) {
      throw new IllegalStateException("no browser");
    }
    var context =
        browser.newContext(
            new Browser.NewContextOptions().setOffline(true).setViewportSize(1280, 900));
    page = context.newPage();
    page.onConsoleMessage(message -> troubles.add(message.text()));
    page.onPageError(troubles::add);
    page.onRequest(request -> {
      if (!request.url().startsWith("file:")) {
        troubles.add("asked for " + request.url());
      }
    });
  }

  @AfterEach
  void nothingWentWrong() {
    page.context().close();
    assertThat(troubles).isEmpty();
  }
}
