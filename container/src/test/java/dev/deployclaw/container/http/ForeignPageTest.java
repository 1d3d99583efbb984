package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.ClientCertificate;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.server.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A page of somebody else's in a real browser that holds an operator's client certificate, and
 * shows it wherever it calls.
 */
@Slow(
    guard = "dev.deployclaw.container.http.ForeignCallTest",
    because = "it starts a browser, and an agent for each test")
class ForeignPageTest {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final double LONGEST_MILLIS = 30_000;
  private static final String ONE_PAGE = "deployclaw_refusals_total{by=\"page\"} 1.0";

  @TempDir static Path folder;

  private static TestCertificate server;
  private static TestCertificate console;
  private static final FakeHttpServer.Answer LURE =
      new FakeHttpServer.Answer(
          200,
          Map.of("Content-Type", "text/html"),
          "<html><body>Look, a cat</body></html>",
          FakeHttpServer.Ending.WHOLE);

  private static FakeHttpServer foreign;
  private static Playwright playwright;
  private static Browser browser;

  @TempDir Path state;

  private Served served;
  private Page page;

  @BeforeAll
  static void launch() throws Exception {
    assumeTrue(Files.isExecutable(CHROMIUM), CHROMIUM + " isn't installed");
    server = TestCertificate.make(folder.resolve("server"), "CN=localhost");
    console = TestCertificate.make(folder.resolve("console"), "CN=console,O=Example");
    foreign = FakeHttpServer.start(_ -> LURE);
    var environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
    var options = new LaunchOptions().setExecutablePath(CHROMIUM).setChromiumSandbox(false);
    browser = playwright.chromium().launch(options);
  }

  @AfterAll
  static void end() {
    if (playwright != null) {
      playwright.close();
      foreign.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    served = serve();
    page = browse();
  }

  @AfterEach
  void stop() {
    page.context().close();
    served.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"form", "fetch", "beacon"})
  void approvesNothing(String way) {
    String held = served.done("apply manually", "HELD");
    String plan = served.world.change(held).orElseThrow().planHash();

    post(way, "/v1/executions/" + held + "/approve?plan=" + plan);

    assertThat(served.get("/v1/executions/" + held, ANN).text("result")).isEqualTo("HELD");
    assertThat(served.server.executions().waiting()).isEmpty();
    assertThat(served.server.metrics().text()).contains(ONE_PAGE);
  }

  @Test
  void rollsNothingBack() {
    served.done("apply", "COMPLETED");
    var before = executions();

    post("form", "/v1/executions/last/rollback");

    assertThat(executions()).isEqualTo(before);
    assertThat(served.server.metrics().text()).contains(ONE_PAGE);
  }

  /** What a form can't send, a browser asks for first, and isn't allowed. */
  @Test
  void freezesNothing() {
    page.navigate(foreign.url());

    var failed =
        page.evaluate(
            """
            url => fetch(url, {method: 'POST', credentials: 'include', body: '{"reason": "x"}',
              headers: {'Content-Type': 'application/json'}}).then(r => 'answered', e => 'failed')
            """,
            api("/v1/freeze"));

    assertThat(failed).isEqualTo("failed");
    assertThat(served.get("/v1/executions", ANN).json().path("executions")).isEmpty();
  }

  /** Neither by a script, which may not read the answer, nor as a picture. */
  @Test
  void readsNothing() {
    page.navigate(foreign.url());

    var read =
        page.evaluate(
            "url => fetch(url, {credentials: 'include'}).then(r => r.text(), e => 'failed')",
            api("/v1/executions"));

    assertThat(read).isEqualTo("failed");
    assertThat(served.server.metrics().text()).contains(ONE_PAGE);
  }

  /** The certificate is shown, so that it is not for want of one that the others are refused. */
  @Test
  void theBrowserIsKnownByItsCertificate() {
    page.navigate(api("/v1/executions"));

    assertThat(page.textContent("body")).contains("executions");
  }

  private String executions() {
    return served
        .get("/v1/executions", ANN)
        .json()
        .path("executions")
        .findValuesAsText("execution_id")
        .toString();
  }

  /** Posts from the foreign page, and returns when the call is over, whatever its answer. */
  private void post(String way, String path) {
    page.navigate(foreign.url());
    var script =
        switch (way) {
          case "form" ->
              "url => { const f = document.createElement('form'); f.method = 'POST'; f.action = url;"
                  + " document.body.append(f); f.submit(); }";
          case "fetch" ->
              "url => { fetch(url, {method: 'POST', mode: 'no-cors', credentials: 'include'})"
                  + ".catch(() => {}); }";
          default -> "url => { navigator.sendBeacon(url, '{}'); }";
        };
    var over = new AtomicBoolean();
    Consumer<Request> ends = r -> over.compareAndSet(false, r.url().startsWith(api(path)));
    page.onRequestFinished(ends);
    page.onRequestFailed(ends);
    page.evaluate(script, api(path));
    page.waitForCondition(over::get);
  }

  private String api(String path) {
    return served.api.address().replace("127.0.0.1", "localhost") + path;
  }

  private Served serve() throws Exception {
    var client =
        new ServerConfig.Client(
            "CN=console, O=Example",
            "console",
            Set.of(ApiRole.VIEWER, ApiRole.OPERATOR, ApiRole.APPROVER));
    var tls =
        new ServerConfig.Tls(
            server.certificate(),
            server.key(),
            Optional.of(console.certificate()),
            Optional.empty(),
            List.of(client));
    return Served.start(state, tls, server.clientWithoutCertificate());
  }

  private Page browse() {
    var certificate =
        new ClientCertificate(api("")).setCertPath(console.certificate()).setKeyPath(console.key());
    var options =
        new Browser.NewContextOptions()
            .setIgnoreHTTPSErrors(true)
            .setClientCertificates(List.of(certificate));
    var context = browser.newContext(options);
    context.setDefaultTimeout(LONGEST_MILLIS);
    return context.newPage();
  }
}
