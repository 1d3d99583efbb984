package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.CapturedLog;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.container.signin.SignInLog;
import dev.deployclaw.testkit.BoundedWait;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in to the console, call by call. */
class ConsoleSignInTest {
  @TempDir Path folder;

  @AutoClose private final CapturedLog log = CapturedLog.of(SignInLog.class);
  @AutoClose private Served served;

  /** A browser after signing in. */
  private record Browser(String cookie, String csrf) {}

  @BeforeEach
  void start() throws Exception {
    served = Served.start(folder);
  }

  @Test
  void aTokenBeginsASessionThatUsesTheApi() {
    var answer = signIn(OLIVIA, served.address());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text("name")).isEqualTo("olivia");
    assertThat(answer.header("Set-Cookie"))
        .matches("deployclaw-loopback=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    var browser = browser(answer);
    assertThat(get(browser, "/v1/executions").status()).isEqualTo(200);
    var me = get(browser, "/console/session");
    assertThat(me.json().path("roles").toString()).isEqualTo("[\"operator\",\"viewer\"]");
    assertThat(me.text("csrf")).isEqualTo(browser.csrf());
    assertThat(post(browser, "/v1/tasks", task("apply")).status()).isEqualTo(202);
    assertThat(served.tokens).content().doesNotContain(browser.cookie());
    assertThat(log.lines().toString()).contains("A caller signed in").doesNotContain(OLIVIA);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"})
  void aCallThatChangesSomethingRepeatsTheSessionsToken(String shown) {
    var browser = browser(signIn(OLIVIA, served.address()));

    var refused = post(new Browser(browser.cookie(), shown), "/v1/tasks", task("apply"));

    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.text("type")).isEqualTo("urn:deployclaw:problem:csrf");
    assertThat(served.get("/v1/executions", VIC).json().path("executions")).isEmpty();
  }

  @Test
  void aPageOfAnotherOriginNeitherSignsInNorUsesASession() {
    var browser = browser(signIn(OLIVIA, served.address()));

    var signIn = signIn(OLIVIA, "http://evil.example");
    var used =
        send(
            served
                .request("/v1/executions", "")
                .header("Cookie", browser.cookie())
                .header("Sec-Fetch-Site", "same-site")
                .header("Sec-Fetch-Mode", "cors")
                .GET());

    assertThat(signIn.text("type")).isEqualTo("urn:deployclaw:problem:foreign-page");
    assertThat(signIn.header("Set-Cookie")).isEmpty();
    assertThat(used.text("type")).isEqualTo("urn:deployclaw:problem:foreign-page");
  }

  @Test
  void aWrongTokenIsRefusedAndCounted() {
    var refused = signIn("wrong", served.address());

    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.header("Set-Cookie")).isEmpty();
    assertThat(served.get("/metrics", VIC).body())
        .contains("deployclaw_refusals_total{by=\"credential\"} 1.0");
  }

  /** Tokens can't be guessed from behind a session either. */
  @Test
  void signInsAreCountedAsAStrangersCalls() throws Exception {
    served.close();
    var d = ServerConfig.Bounds.DEFAULT.shares();
    var few = new ServerConfig.Shares(d.streams(), 1, d.connections(), d.connectionsPerAddress());
    served = Served.start(Files.createDirectory(folder.resolve("few")), ServerFixture.bounds(few));
    var browser = browser(signIn(OLIVIA, served.address()));

    int status = 401;
    for (int i = 0; i < 10 && status == 401; i++) {
      status = post(browser, "/console/session", "{\"token\": \"guess-" + i + "\"}").status();
    }

    assertThat(status).isEqualTo(429);
    assertThat(get(browser, "/v1/executions").status()).isEqualTo(200);
  }

  @Test
  void signingOutEndsTheSession() {
    var browser = browser(signIn(OLIVIA, served.address()));

    var out = post(browser, "/console/session/end", "{}");

    assertThat(out.status()).isEqualTo(200);
    assertThat(out.header("Set-Cookie")).startsWith("deployclaw-loopback=;").contains("Max-Age=0");
    assertThat(get(browser, "/v1/executions").status()).isEqualTo(401);
    assertThat(log.lines().toString()).contains("A caller signed out");
  }

  @Test
  void aRevokedTokenEndsItsSessions() throws Exception {
    var browser = browser(signIn(OLIVIA, served.address()));

    Files.writeString(
        served.tokens,
        "tokens:\n  - {name: vic, sha256: %s, roles: [viewer]}\n".formatted(Served.hash(VIC)));

    BoundedWait.until(
        "the session is over",
        ServerFixture.SOON,
        () -> get(browser, "/v1/executions").status() == 401);
  }

  @Test
  void anExpiredTokenNeitherSignsInNorUsesItsSession() throws Exception {
    var browser = browser(signIn(OLIVIA, served.address()));

    Files.writeString(
        served.tokens,
        "tokens:\n  - {name: olivia, sha256: %s, roles: [operator], expires: 2026-01-31}\n"
            .formatted(Served.hash(OLIVIA)));

    BoundedWait.until(
        "the session is over",
        ServerFixture.SOON,
        () -> get(browser, "/v1/executions").status() == 401);
    String expired = "the token expired at 2026-02-01T00:00:00Z";
    assertThat(get(browser, "/v1/executions").text("detail")).isEqualTo(expired);
    assertThat(signIn(OLIVIA, served.address()).text("detail")).isEqualTo(expired);
  }

  /**
   * Behind something that ends TLS, a session's cookie is for HTTPS alone; in the clear is none.
   */
  @Test
  void theCookieFitsHowTheBrowserReachesTheAgent() {
    String host = served.address().replaceFirst("^http://", "");

    var secure = signIn(OLIVIA, "https://" + host);

    assertThat(secure.header("Set-Cookie"))
        .matches("__Host-deployclaw=[0-9a-f]{64}; Secure; Path=/; HttpOnly; SameSite=Strict");
    assertThat(get(browser(secure), "/v1/executions").status()).isEqualTo(200);
  }

  @Test
  void whatIsNoTokenIsRefusedAsAWrongCall() {
    assertThat(send(signInCall(served.address(), "{\"token\": 7}")).text("place"))
        .isEqualTo("body.token");
    assertThat(send(signInCall(served.address(), "")).status()).isEqualTo(400);
    assertThat(
            send(served.request("/console/session", "").POST(BodyPublishers.ofString("token=x")))
                .status())
        .isEqualTo(415);
  }

  @Test
  void pagesLoadNothingFromElsewhereAndFitInNoFrame() {
    var page = send(served.request("/console/executions/arch-1", "").GET());
    String app = page.body().replaceFirst("(?s).*src=\"([^\"]*/app[.]js)\".*", "$1");
    var script = send(served.request(app, "").GET());

    for (var answer : new Served.Answer[] {page, script}) {
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("Content-Security-Policy"))
          .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
          .doesNotContain("unsafe", "data:", "*");
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
    }
    assertThat(script.header("Cache-Control")).contains("immutable");
    assertThat(page.header("Cache-Control")).isEqualTo("no-store");
    assertThat(send(served.request(app.replaceFirst("[0-9a-f]{16}", "0"), "").GET()).status())
        .isEqualTo(404);
    assertThat(send(served.request("/console", "").GET()).header("Location"))
        .isEqualTo("/console/");
  }

  private Served.Answer signIn(String token, String origin) {
    return send(signInCall(origin, "{\"token\": \"" + token + "\"}"));
  }

  private HttpRequest.Builder signInCall(String origin, String body) {
    return served
        .request("/console/session", "")
        .header("Origin", origin)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private static Browser browser(Served.Answer signedIn) {
    assertThat(signedIn.status()).as(signedIn.body()).isEqualTo(200);
    return new Browser(
        signedIn.header("Set-Cookie").replaceFirst(";.*", ""), signedIn.text("csrf"));
  }

  private Served.Answer get(Browser browser, String path) {
    return send(served.request(path, "").header("Cookie", browser.cookie()).GET());
  }

  private Served.Answer post(Browser browser, String path, String body) {
    var request =
        served
            .request(path, "")
            .header("Cookie", browser.cookie())
            .header("Origin", served.address())
            .header("Content-Type", "application/json");
    return send(
        (browser.csrf().isEmpty() ? request : request.header("X-CSRF-Token", browser.csrf()))
            .POST(BodyPublishers.ofString(body)));
  }

  private Served.Answer send(HttpRequest.Builder request) {
    return served.send(request);
  }
}
