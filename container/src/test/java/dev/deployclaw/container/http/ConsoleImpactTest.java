package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.overlay.PolicyProvenance;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a change would mean, in a real browser: beside a plan, and asked of one tenant. Leaves
 * pictures in {@code target/console-pictures}.
 */
@Slow(
    guard = "dev.deployclaw.container.http.ImpactTest",
    because = "it opens a browser's window for each test")
class ConsoleImpactTest extends ConsoleCases {
  private static final Path FOLDER = Path.of("target", "console-pictures");
  private static final String ASKED = "set acme's orders limit to 60 per minute";
  private static final String EVIL = "<img src=x onerror=window.owned=1><b id=bold>bold</b>";

  @Override
  Served serve() throws Exception {
    return AccessLogs.served(folder);
  }

  @Override
  void begin() {
    super.begin();
    served.done("set acme's orders limit to 500 per minute for 2 hours", "COMPLETED");
  }

  @Test
  void aPlanShowsWhomItWouldHaveRefusedInTheLastHour() throws Exception {
    AccessLogs.write(served, folder, "acme", 2000, 8);
    var vic = signIn("/console/ask?request=" + ASKED, VIC);

    vic.waitForSelector("table[aria-label='Requests that would get another answer']");

    assertThat(vic.textContent("main"))
        .contains("2,000 requests from", "Newly refused", "acme/orders");
  }

  @Test
  void aPlanWithoutALogSaysSoInOneLine() {
    var vic = signIn("/console/ask?request=" + ASKED, VIC);

    vic.waitForSelector("text='No request of the last hour was found in the access logs.'");
  }

  /** It looks only; the link leads to a box that holds the same words. */
  @Test
  void whatIfIsAskedByKeyboardAndLeadsToAsk() throws Exception {
    AccessLogs.write(served, folder, "acme", 2000, 8);
    var known = served.get("/v1/executions", VIC).json().path("executions");
    var olivia = signIn("/console/tenants/acme", OLIVIA);
    olivia.focus("#what-rate");
    olivia.keyboard().press("Control+A");
    olivia.keyboard().type("60");
    olivia.keyboard().press("Tab");
    olivia.keyboard().type("per m");
    olivia.keyboard().press("Tab");
    olivia.keyboard().press("Enter");

    olivia.waitForSelector(".what-if .curve");

    assertThat(olivia.getAttribute(".what-if .curve svg", "aria-label"))
        .contains("are admitted before", "are admitted after");
    assertThat(olivia.textContent(".what-if")).contains("acme/orders", "Newly refused");
    assertThat(served.get("/v1/executions", VIC).json().path("executions")).isEqualTo(known);
    olivia.click("text='Ask for it'");
    olivia.waitForSelector("text='Hold for approval'");
    assertThat(olivia.inputValue("#request"))
        .isEqualTo("set acme's orders limit to 60 requests per minute");
  }

  @Test
  void aTenantShowsItsOverlaysWithTheirEnd() {
    var vic = signIn("/console/tenants/acme", VIC);

    assertThat(vic.textContent("table[aria-label=Overlays]"))
        .contains("for 2 hours", "olivia", "in 2 h", "UTC");
    assertThat(vic.textContent("main")).doesNotContain("Take it back");
  }

  @Test
  void hostileTextsOfAnOverlayAreTexts() {
    long epoch = served.get("/v1/status", VIC).json().at("/active/epoch").asLong();
    var by = new Overlay.By("arch-1", EVIL, 0, EVIL, Optional.of(new Overlay.End.At(1_000)));
    var names = new TreeMap<String, String>();
    names.put("acme", "");
    served.world.store.put(
        StoreKeys.provenance(epoch),
        new PolicyProvenance(new TreeSet<>(), List.of(new Overlay(by, names))).bytes());
    var vic = signIn("/console/tenants/acme", VIC);

    assertThat(vic.textContent("table[aria-label=Overlays]")).contains(EVIL, "Take it back");
    assertThat(vic.evaluate("window.owned")).isNull();
    assertThat(vic.locator("#bold").count()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"LIGHT, 1280", "DARK, 1280", "LIGHT, 360", "DARK, 360"})
  void bothPagesHaveNoBarrierAndFit(ColorScheme scheme, int width) throws Exception {
    AccessLogs.write(served, folder, "acme", 2000, 8);
    AccessLogs.write(served, folder, "zenith", 40, 1);
    var page = browser.window(served, ConsoleBrowser.sized(width, 900, scheme));
    ConsoleBrowser.signIn(page, served, "/console/ask?request=" + ASKED, OLIVIA);
    page.waitForSelector("table[aria-label='Requests that would get another answer']");
    fits(page, "impact", scheme);
    page.navigate(served.address() + "/console/tenants/acme");
    ConsoleBrowser.ready(page);
    page.fill("#what-rate", "120");
    page.click(".what-if button");
    page.waitForSelector(".what-if .curve");
    fits(page, "what-if", scheme);
  }

  private static void fits(Page page, String name, ColorScheme scheme) {
    int width = page.viewportSize().width;
    String file = "%s-%s-%d.png".formatted(name, scheme.name().toLowerCase(Locale.ROOT), width);
    page.screenshot(new Page.ScreenshotOptions().setPath(FOLDER.resolve(file)).setFullPage(true));
    assertThat(ConsoleBrowser.barriers(page)).isEmpty();
    assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(width);
  }
}
