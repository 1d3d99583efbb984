package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.BOTH;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each page as people see it, in {@code target/console-pictures}: in both schemes, on a wide and a
 * narrow screen, of an estate with fifteen shards and two hundred gateways.
 */
@Slow(
    guard = "dev.deployclaw.container.http.ConsoleFlowTest",
    because = "it takes a picture of each page four times")
class ConsolePicturesTest extends ConsoleCases {
  private static final Path FOLDER = Path.of("target", "console-pictures");
  private static final int SHARDS = 15;
  private static final int GATEWAYS = 200;

  @Override
  Served serve() throws Exception {
    return Served.scanning(folder);
  }

  @Override
  void begin() {
    served.world.gateway.dismiss();
    for (int i = 1; i <= GATEWAYS; i++) {
      served.world.gateway.join("edge-%s/gw-%03d".formatted(i % 3 == 0 ? "eu" : "us", i));
    }
    served.world.ratelimit.dismiss();
    served.world.ratelimit.join("edge-eu/limits");
    served.world.ratelimit.join("edge-us/limits");
    served.world.redis.dismiss();
    var nodes = new ArrayList<MemberReport>();
    for (int i = 1; i <= SHARDS; i++) {
      String primary = "10.0.0." + i + ":6379", replica = "10.0.1." + i + ":6379";
      served.world.redis.join(primary);
      served.world.redis.join(replica);
      nodes.add(
          MemberReport.yes(
              "redis/" + primary, "", Map.of("role", "primary", "slots", slots(i))));
      nodes.add(
          MemberReport.yes(
              "redis/" + replica, "", Map.of("role", "replica", "primary", primary)));
    }
    super.begin();
    served.world.redis.says("topology", nodes.toArray(MemberReport[]::new));
  }

  private static String slots(int shard) {
    int each = 16_384 / SHARDS;
    return (shard - 1) * each + "-" + (shard == SHARDS ? 16_383 : shard * each - 1);
  }

  @ParameterizedTest
  @CsvSource({"LIGHT, 1280", "DARK, 1280", "LIGHT, 360", "DARK, 360"})
  void eachPage(ColorScheme scheme, int width) {
    String held = held();
    String ended = served.done("set zenith's orders limit to 90 per minute", "COMPLETED");
    served.world.gateway.stop("edge-eu/gw-003");
    served.world.redis.tamper("10.0.0.7:6379", "by hand");
    served.post("/v1/drafts", BOTH, task("set zenith's orders limit to 75 per minute"));
    var pages = new LinkedHashMap<String, String>();
    pages.put("home", "/console/");
    pages.put("ask", "/console/ask?request=set acme's orders limit to 300 per minute");
    pages.put("question", "/console/ask?request=set acme's orders limit to 300");
    pages.put("hold", "/console/executions/" + held);
    pages.put("execution", "/console/executions/" + ended);
    pages.put("estate", "/console/estate");
    pages.put("tenants", "/console/tenants");
    pages.put("tenant", "/console/tenants/acme");
    pages.put("drift", "/console/drift");
    pages.put("skills", "/console/skills");
    pages.put("audit", "/console/audit");
    var page = browser.window(served, ConsoleBrowser.sized(width, 900, scheme));
    page.navigate(served.address() + "/console/");
    page.waitForSelector("#token");
    picture(page, "sign-in", scheme, width);
    ConsoleBrowser.signIn(page, served, "/console/", BOTH);
    pages.forEach((name, path) -> {
      page.navigate(served.address() + path);
      ConsoleBrowser.ready(page);
      page.waitForLoadState(com.microsoft.playwright.options.LoadState.NETWORKIDLE);
      picture(page, name, scheme, width);
      assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
          .as(path)
          .isLessThanOrEqualTo(width);
    });
  }

  private static void picture(Page page, String name, ColorScheme scheme, int width) {
    String file = "%s-%s-%d.png".formatted(name, scheme.name().toLowerCase(), width);
    page.screenshot(
        new Page.ScreenshotOptions().setPath(FOLDER.resolve(file)).setFullPage(true));
  }
}
