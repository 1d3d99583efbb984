package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.BOTH;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.LoadState;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.container.health.BackendHealthCheck;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each page as people see it, in {@code target/console-pictures}: in both schemes, on a wide and a
 * narrow screen, of an estate with fifteen shards and two hundred gateways. Those in {@code
 * docs/pictures} are the wide ones: {@code gm convert -crop 1280x1090+0+0 -resize 800x}, {@code
 * pngquant --nofs 64}.
 */
@Slow(
    guard = "dev.deployclaw.container.http.ConsoleFlowTest",
    because = "it takes a picture of each page four times")
class ConsolePicturesTest extends ConsoleCases {
  private static final Path FOLDER = Path.of("target", "console-pictures");
  private static final int SHARDS = 15;
  private static final int GATEWAYS = 200;

  private Optional<FileJournal> journal = Optional.empty();
  private volatile boolean broken;

  @Override
  Served serve() throws Exception {
    var state = Files.createDirectory(folder.resolve("state"));
    var bucket = new FakeEstate().ports().objects();
    var logs = FileJournal.open(state, LogCopyVerifier.of(state, bucket, HeadSigner.open(state)));
    journal = Optional.of(logs);
    var vitals =
        Stream.of("etcd", "s3", "nats", "redis")
            .map(name -> new BackendHealthCheck(name, () -> trouble(name)))
            .toList();
    return Served.start(
        folder,
        vitals,
        estate -> ServerFixture.scanning(ServerFixture.withFiles(estate, logs, logs::tail)));
  }

  private Optional<String> trouble(String name) {
    return broken && name.equals("s3") ? Optional.of("no answer within 5 s") : Optional.empty();
  }

  @AfterEach
  void closeJournal() {
    journal.ifPresent(FileJournal::close);
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
          MemberReport.yes("redis/" + primary, "", Map.of("role", "primary", "slots", slots(i))));
      nodes.add(
          MemberReport.yes("redis/" + replica, "", Map.of("role", "replica", "primary", primary)));
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
    served.post("/v1/drafts", BOTH, task("set zenith's orders limit to 75 per minute"));
    var page = browser.window(served, ConsoleBrowser.sized(width, 900, scheme));
    page.navigate(served.address() + "/console/");
    page.waitForSelector("#token");
    picture(page, "sign-in", scheme, width);
    ConsoleBrowser.signIn(page, served, "/console/", BOTH);
    var pages = new LinkedHashMap<String, String>();
    pages.put("home", "/console/");
    pages.put("ask", "/console/ask?request=set acme's orders limit to 300 per minute");
    pages.put("question", "/console/ask?request=set acme's orders limit to 300");
    pages.put("hold", "/console/executions/" + held);
    pages.put("execution", "/console/executions/" + ended);
    pages.put("tenants", "/console/tenants");
    pages.put("tenant", "/console/tenants/acme");
    pages.put("skills", "/console/skills");
    pictures(pages, page, scheme);
    broken = true;
    served.world.gateway.stop("edge-eu/gw-003");
    served.world.redis.tamper("10.0.0.7:6379", "by hand");
    BoundedWait.until("all of it is seen", ServerFixture.SOON, this::isSeen);
    pages.clear();
    pages.put("estate", "/console/estate");
    pages.put("drift", "/console/drift");
    pages.put("audit", "/console/audit");
    pictures(pages, page, scheme);
  }

  private boolean isSeen() {
    String seen = served.get("/v1/estate", BOTH).body();
    return seen.contains("\"differs\"") && seen.contains("no answer within 5 s");
  }

  private void pictures(Map<String, String> pages, Page page, ColorScheme scheme) {
    int width = page.viewportSize().width;
    pages.forEach((name, path) -> {
      page.navigate(served.address() + path);
      ConsoleBrowser.ready(page);
      page.waitForLoadState(LoadState.NETWORKIDLE);
      picture(page, name, scheme, width);
      assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
          .as(path)
          .isLessThanOrEqualTo(width);
    });
  }

  private static void picture(Page page, String name, ColorScheme scheme, int width) {
    String file = "%s-%s-%d.png".formatted(name, scheme.name().toLowerCase(Locale.ROOT), width);
    page.screenshot(new Page.ScreenshotOptions().setPath(FOLDER.resolve(file)).setFullPage(true));
  }
}
