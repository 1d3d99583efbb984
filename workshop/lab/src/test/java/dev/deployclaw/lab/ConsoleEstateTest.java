package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The console of a served agent on a real estate, as two people use it in a real browser. Leaves
 * pictures in {@code target/console-pictures}.
 */
@Slow(
    guard = "dev.deployclaw.container.http.ConsoleFlowTest",
    because = "two people change a real estate in a browser")
class ConsoleEstateTest {
  @RegisterExtension static final SharedLab SHARED = new SharedLab();

  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path PICTURES = Path.of("target", "console-pictures");
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private static LiveEstate estate;
  private static Playwright playwright;
  private static Browser browser;

  @BeforeAll
  static void start() {
    assumeTrue(Files.isExecutable(CHROMIUM), CHROMIUM + " isn't installed");
    estate = SHARED.estate();
    var environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
    browser =
        playwright
            .chromium()
            .launch(new LaunchOptions().setExecutablePath(CHROMIUM).setChromiumSandbox(false));
  }

  @AfterEach
  void closeWindows() {
    browser.contexts().forEach(context -> context.close());
  }

  @AfterAll
  static void end() {
    if (playwright != null) {
      playwright.close();
      SHARED.scene().heal();
      estate.applyAll();
    }
  }

  @Test
  void whatOneAsksAndAnswersAnotherApprovesAndBothWatchItToItsEnd() throws Exception {
    String change = estate.change();
    try (var agent = ServingAgent.start(estate, Map.of())) {
      var olivia = signIn(agent, "/console/", ServedApiClient.OPERATOR);
      olivia.fill("#change", change.replace(" per minute", ""));
      olivia.press("#change", "Enter");
      olivia.click(".choices button >> text='per minute'");
      olivia.waitForSelector("text='What would change, by tenant'");
      olivia.click("text='Hold for approval'");
      olivia.waitForSelector(".notice >> text='You may not approve it'");
      String held = olivia.textContent("h1");

      var ann = signIn(agent, "/console/", ServedApiClient.APPROVER);
      pictures(ann, "home");
      ann.click(".waits a");
      ann.click("text=/^Approve …/");
      ann.fill("#reason", "seen with the tenant");
      ann.click("dialog .main");

      ann.waitForSelector(".result >> text='COMPLETED'");
      olivia.waitForSelector(".result >> text='COMPLETED'");
      assertThat(agent.get("/v1/executions/" + held).body()).contains("seen with the tenant");
      pictures(ann, "execution");
      whole(agent, ann);
    }
  }

  /** All members enforce it, all logs verify. */
  private static void whole(ServingAgent agent, Page ann) {
    open(agent, ann, "/console/estate");
    assertThat(ann.locator(".tile.t-ERROR, .tile.t-UNKNOWN, .tile.t-SKIPPED").count()).isZero();
    assertThat(ann.locator(".tile[aria-label^='gateway ']").count()).isEqualTo(3);
    assertThat(ann.locator(".tile[aria-label^='primary ']").count()).isEqualTo(3);
    assertThat(ann.locator(".tile[aria-label^='replica ']").count()).isEqualTo(3);
    assertThat(ann.textContent(".members table")).contains("etcd", "s3", "nats");
    pictures(ann, "estate");
    open(agent, ann, "/console/audit");
    ann.waitForSelector("main table");
    assertThat(ann.textContent("main table")).contains("✓ verified").doesNotContain("NOT VERIFIED");
    ann.waitForSelector(".cards >> text='✓ verified'");
    pictures(ann, "audit");
  }

  @Test
  void anApprovalOfWhatIsOutOfDateChangesNothing() throws Exception {
    String change = estate.change().replace(" per minute", " per minute, but wait for my approval");
    try (var agent = ServingAgent.start(estate, Map.of())) {
      String held = agent.submit(change).text("execution_id");
      agent.awaitResult(held, "HELD");
      var ann = signIn(agent, "/console/executions/" + held, ServedApiClient.APPROVER);
      ann.waitForSelector(".hold");
      var other = agent.submit("set wonka's search limit to 77 per minute");
      agent.awaitResult(other.text("execution_id"), "COMPLETED");
      String before = estate.checker().digest();

      ann.click("text=/^Approve …/");
      ann.click("dialog .main");

      ann.waitForSelector(".hold .note.bad >> text=/out of date/");
      assertThat(agent.result(held)).isEqualTo("HELD");
      assertThat(estate.checker().digest()).isEqualTo(before);
      ann.click("text='Show what is held now'");
      ann.waitForSelector(".hold >> text='Something was committed since'");
      ann.click("text=/^Reject …/");
      ann.click("dialog .danger");
      ann.waitForSelector(".result >> text='ABORTED'");
    }
  }

  /** It lets everything through while the change is validated. */
  @Test
  void aGatewayThatBreaksIsSeenAndTheChangeGoesBack() throws Exception {
    var stop = Files.createTempDirectory("stop");
    var stopping =
        Map.of(
            "DEPLOYCLAW_STOP_DIR", stop.toString(), "DEPLOYCLAW_STOP_AT", "before probe.probe#1");
    String before = estate.checker().digest();
    try (var agent = ServingAgent.start(estate, stopping)) {
      var olivia =
          signIn(agent, "/console/ask?request=" + estate.change(), ServedApiClient.OPERATOR);
      olivia.click("text=/^Run: 1 change/");
      olivia.waitForSelector(".live");
      BoundedWait.until("it validates", LONGEST, () -> Files.exists(stop.resolve("reached")));
      SHARED.scene().inflict("unguard", "gw-01");
      Files.createFile(stop.resolve("go"));

      olivia.waitForSelector(".result >> text=/ROLLED.BACK/");
      assertThat(estate.checker().digest()).isEqualTo(before);
      pictures(olivia, "rolled-back");
    }
  }

  private static Page signIn(ServingAgent agent, String path, String token) {
    var options = new Browser.NewContextOptions().setViewportSize(1100, 720);
    var page = browser.newContext(options).newPage();
    page.setDefaultTimeout((double) LONGEST.toMillis());
    page.navigate(agent.address() + path);
    page.fill("#token", token);
    page.press("#token", "Enter");
    page.waitForSelector("#bar .who");
    page.waitForSelector("#page > :not(.busy):not(form) h1");
    return page;
  }

  private static void open(ServingAgent agent, Page page, String path) {
    page.navigate(agent.address() + path);
    page.waitForSelector("#page > :not(.busy):not(form) h1");
  }

  private static void pictures(Page page, String name) {
    for (var scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
      String file = name + "-" + scheme.name().toLowerCase(Locale.ROOT) + ".png";
      page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve(file)));
    }
  }
}
