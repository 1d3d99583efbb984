package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the console keeps from scripts, other pages and hostile texts, in a real browser. */
@Slow(
    guard = "dev.deployclaw.container.http.ConsoleSignInTest",
    because = "it opens a browser's window for each test")
class ConsoleSafetyTest extends ConsoleCases {
  private static final String EVIL = "<img src=x onerror=window.owned=1><b id=bold>bold</b>";

  @Override
  void begin() {
    served.world.sources.put(
        "evil.yaml",
        FakeSourcesExecutor.document("evil", 60)
            .replace("tenant: evil", "tenant: evil\n  labels: {note: \"" + EVIL + "\"}"));
    served.done("apply", "COMPLETED");
  }

  @Test
  void aScriptFindsNoSecretAndTheCookieIsForThisHostAlone() {
    var olivia = signIn("/console/", OLIVIA);

    assertThat(olivia.evaluate("document.cookie")).isEqualTo("");
    assertThat(olivia.evaluate("localStorage.length + sessionStorage.length")).isEqualTo(0);
    assertThat(olivia.evaluate("document.documentElement.outerHTML").toString())
        .doesNotContain(OLIVIA);
    var cookies = olivia.context().cookies();
    assertThat(cookies).hasSize(1);
    Cookie cookie = cookies.getFirst();
    assertThat(cookie.httpOnly).isTrue();
    assertThat(cookie.sameSite.name()).isEqualTo("STRICT");
    assertThat(cookie.expires).isEqualTo(-1);
  }

  @Test
  void aCallOfAScriptWithoutTheSessionsTokenChangesNothing() {
    var olivia = signIn("/console/", OLIVIA);
    var known = served.get("/v1/executions", VIC).json().path("executions");

    for (var token : List.of("", "0".repeat(64))) {
      var status =
          olivia.evaluate(
              """
              token => fetch('/v1/tasks', {method: 'POST', body: '{"request": "apply"}',
                headers: {'Content-Type': 'application/json', ...(token ? {'X-CSRF-Token': token} : {})}}).then(r => r.status)
              """,
              token);
      assertThat(status).isEqualTo(403);
    }

    assertThat(served.get("/v1/executions", VIC).json().path("executions")).isEqualTo(known);
  }

  @Test
  void hostileTextsAreShownAsTexts() {
    var olivia = signIn("/console/tenants?search=evil", OLIVIA);
    assertThat(olivia.textContent("main table")).contains("note=" + EVIL);

    olivia.navigate(served.address() + "/console/ask");
    olivia.fill("#request", EVIL);
    olivia.press("#request", "Enter");
    olivia.waitForSelector(".note, .questions");
    String body = "{\"request\": \"destroy " + EVIL + "\"}";
    String refused = served.post("/v1/tasks", OLIVIA, body).text("execution_id");
    served.awaitResult(refused, "REFUSED");
    String reject = "{\"reason\": \"" + EVIL + "\"}";
    served.world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    String held = served.done("apply manually", "HELD");
    served.post("/v1/executions/" + held + "/reject", ANN, reject);
    served.awaitResult(held, "ABORTED");
    for (var path : List.of("/console/executions/" + refused, "/console/executions/" + held)) {
      olivia.navigate(served.address() + path);
      ConsoleBrowser.ready(olivia);
      olivia.waitForSelector("text=/of \\d+ records/");
      assertThat(olivia.textContent("main")).contains(EVIL);
      nothingRan(olivia);
    }
    olivia.navigate(served.address() + "/console/");
    ConsoleBrowser.ready(olivia);
    assertThat(olivia.textContent("main")).contains(EVIL);
    nothingRan(olivia);
    served.world.gateway.join(EVIL);
    served.world.gateway.stop(EVIL);
    served.server.signIns().began(EVIL, "oidc", EVIL);
    BoundedWait.until(
        "it is recorded",
        ServerFixture.SOON,
        () -> served.get("/v1/audit/sign-ins", VIC).body().contains("onerror"));
    for (var path : List.of("/console/estate", "/console/audit")) {
      olivia.navigate(served.address() + path);
      ConsoleBrowser.ready(olivia);
      olivia.waitForSelector("main table, main .note");
      assertThat(olivia.textContent("main")).as(path).contains(EVIL);
      nothingRan(olivia);
    }
    olivia.waitForSelector("table[aria-label='Sign-ins']");
    assertThat(olivia.textContent("table[aria-label='Sign-ins']")).contains(EVIL);
    nothingRan(olivia);
    olivia.navigate(served.address() + "/console/estate");
    olivia.click(".tile[aria-label*='b>: unknown']");
    assertThat(olivia.textContent(".chosen")).contains("<img");
    nothingRan(olivia);
  }

  private static void nothingRan(Page page) {
    assertThat(page.evaluate("window.owned")).isNull();
    assertThat(page.locator("#bold").count()).isZero();
  }

  /** The browser itself keeps the page from running what a text might have smuggled in. */
  @Test
  void theBrowserRefusesMarkupOfScriptsAndInlineCode() {
    var olivia = signIn("/console/", OLIVIA);

    var ran =
        olivia.evaluate(
            """
            () => {
              const tried = [];
              try { document.body.insertAdjacentHTML('beforeend', '<b>x</b>'); tried.push('markup'); } catch (e) {}
              try { document.createElement('div').innerHTML = 'x'; tried.push('innerHTML'); } catch (e) {}
              try { setTimeout('window.owned = 1', 0); tried.push('string'); } catch (e) {}
              const style = document.createElement('p');
              style.setAttribute('style', 'color: red');
              document.body.append(style);
              if (getComputedStyle(style).color === 'rgb(255, 0, 0)') tried.push('style');
              return tried;
            }
            """);

    assertThat((List<?>) ran).isEmpty();
    browser.expectTrouble("TrustedHTML", "TrustedScript", "Content Security Policy");
  }

  @Test
  void signedOutNothingIsShownAndSigningInLeadsToThePageThatWasWanted() {
    var olivia = signIn("/console/tenants", OLIVIA);

    olivia.click("text='Sign out'");
    olivia.waitForSelector("#token");
    assertThat(olivia.textContent("main")).doesNotContain("evil");
    olivia.navigate(served.address() + "/console/tenants/evil");
    olivia.fill("#token", "wrong");
    olivia.press("#token", "Enter");
    olivia.waitForSelector("text='The token is refused'");
    olivia.fill("#token", VIC);
    olivia.press("#token", "Enter");

    olivia.waitForSelector("h1 >> text='evil'");
    assertThat(olivia.textContent(".who")).contains("vic", "viewer");
  }

  @Test
  void aSessionThatEndsElsewhereAsksToSignIn() {
    var olivia = signIn("/console/tenants", OLIVIA);

    olivia.context().clearCookies();
    olivia.fill("#search", "acme");

    olivia.waitForSelector("text='The session has ended.'");
  }
}
