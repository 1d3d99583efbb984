package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.BOTH;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator.WaitForOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.deployclaw.testkit.Slow;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whom the console reaches: keyboards, small windows, dark rooms, screen readers. */
@Slow(
    guard = "dev.deployclaw.container.http.ConsoleFlowTest",
    because = "it loads each page twice, and axe looks at each")
class ConsoleReachTest extends ConsoleCases {
  private static final int NARROW = 360;

  @Test
  void aHeldChangeIsFoundAndApprovedByKeyboardAlone() {
    String held = held();
    var ann = browser.window(served);
    ann.navigate(served.address() + "/console/");
    ann.waitForSelector("#token");
    ann.keyboard().type(ANN);
    ann.keyboard().press("Enter");
    ann.waitForSelector(".waits");
    tabTo(ann, held);
    ann.keyboard().press("Enter");
    ann.waitForSelector(".hold");
    tabTo(ann, "Approve …");
    ann.keyboard().press("Enter");
    ann.keyboard().type("by keyboard");
    tabTo(ann, "Approve");
    ann.keyboard().press("Enter");

    ann.waitForSelector(".result >> text='COMPLETED'");
  }

  @Test
  void aDialogIsLeftByEscapeAndNothingIsDecided() {
    String held = held();
    var ann = ConsoleBrowser.signIn(browser.window(served), served, page(held), ANN);
    ann.click("text=/^Approve …/");

    ann.keyboard().press("Escape");

    ann.locator("dialog").waitFor(new WaitForOptions().setState(WaitForSelectorState.DETACHED));
    assertThat(served.get("/v1/executions/" + held, VIC).text("result")).isEqualTo("HELD");
  }

  @ParameterizedTest
  @EnumSource(names = {"LIGHT", "DARK"})
  void noPageHasABarrierOrIsWiderThanANarrowWindow(ColorScheme scheme) {
    String held = held();
    var page = browser.window(served, ConsoleBrowser.sized(NARROW, 740, scheme));
    page.navigate(served.address() + "/console/");
    page.waitForSelector("#token");
    noBarrier(page);
    ConsoleBrowser.signIn(page, served, page(held), BOTH);
    page.waitForSelector(".hold");
    noBarrier(page);
    page.click("text=/^Reject …/");
    noBarrier(page);
    for (var path :
        List.of(
            "/console/",
            "/console/tenants",
            "/console/tenants/acme",
            "/console/estate",
            "/console/audit",
            "/console/drift",
            "/console/skills",
            "/console/ask?request=set acme's orders limit to 300",
            "/console/ask?request=set acme's orders limit to 300 per minute")) {
      page.navigate(served.address() + path);
      ConsoleBrowser.ready(page);
      if (path.equals("/console/audit")) {
        page.waitForSelector("table[aria-label='Sign-ins']");
      }
      noBarrier(page);
    }
  }

  @Test
  void theColoursAreThoseThatTheReaderChose() {
    var dark = browser.window(served, ConsoleBrowser.sized(1280, 900, ColorScheme.DARK));
    var light = browser.window(served, ConsoleBrowser.sized(1280, 900, ColorScheme.LIGHT));
    for (var page : List.of(dark, light)) {
      ConsoleBrowser.signIn(page, served, "/console/", OLIVIA);
    }

    String ground = "getComputedStyle(document.body).backgroundColor";
    assertThat(dark.evaluate(ground)).isEqualTo("rgb(13, 17, 23)");
    assertThat(light.evaluate(ground)).isEqualTo("rgb(255, 255, 255)");
  }

  private static void noBarrier(Page page) {
    assertThat(ConsoleBrowser.barriers(page)).as(page.url()).isEmpty();
    assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
        .as(page.url())
        .isLessThanOrEqualTo(NARROW);
  }

  private static void tabTo(Page page, String words) {
    for (int i = 0; i < 60; i++) {
      page.keyboard().press("Tab");
      if (page.evaluate("document.activeElement.textContent").equals(words)) {
        return;
      }
    }
    throw new AssertionError("no tab leads to " + words);
  }

  private static String page(String id) {
    return "/console/executions/" + id;
  }
}
