package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator.WaitForOptions;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What operators and approvers do in the console, in a real browser. */
@Slow(
    guard = "dev.deployclaw.container.http.ConsoleFlowTest",
    because = "it opens a browser's window or two for each test")
class ConsoleWorkTest extends ConsoleCases {
  private static final String SIGN_INS = "table[aria-label='Sign-ins']";

  @Test
  void whatIsRejectedEndsAndSaysWhy() {
    String held = held();

    var ann = signIn("/console/executions/" + held, ANN);
    ann.click("text=/^Reject …/");
    ann.fill("#reason", "not before Monday");
    ann.press("#reason", "Tab");
    ann.keyboard().press("Enter");

    ann.waitForSelector(".result >> text='ABORTED'");
    ann.waitForSelector(".reason >> text='“not before Monday”'");
    ann.waitForSelector("h2 >> text='What would have changed, by tenant'");
    assertThat(served.get("/v1/executions/" + held, VIC).body()).contains("not before Monday");
  }

  /** Something else is committed while the page is open: it approves nothing, and says so. */
  @Test
  void aStalePageApprovesNothing() {
    String held = held();
    var ann = signIn("/console/executions/" + held, ANN);
    ann.waitForSelector(".hold");
    served.done("set zenith's orders limit to 90 per minute", "COMPLETED");

    ann.click("text=/^Approve …/");
    ann.click("dialog .main");

    assertThat(ann.textContent(".hold .note.bad")).contains("What was shown is out of date");
    assertThat(served.get("/v1/executions/" + held, VIC).text("result")).isEqualTo("HELD");
    ann.click("text='Show what is held now'");
    ann.waitForSelector(".hold >> text='Something was committed since'");
  }

  @Test
  void aViewerLooksAndDecidesNothing() {
    String held = held();

    var vic = signIn("/console/executions/" + held, VIC);

    vic.waitForSelector("text='Waits for an approver'");
    assertThat(vic.locator(".hold").count()).isZero();
    vic.navigate(
        served.address() + "/console/ask?request=set acme's orders limit to 300 per minute");
    vic.waitForSelector("text='You may look at plans. An operator runs them.'");
    assertThat(vic.locator("text='Hold for approval'").count()).isZero();
  }

  @Test
  void whoAskedReadsWhyThePageWontTakeTheirApproval() {
    String held = held(Served.BOTH);

    var both = signIn("/console/executions/" + held, Served.BOTH);

    both.waitForSelector("text='You may not approve it'");
    assertThat(both.isDisabled("text=/^Approve …/")).isTrue();
    assertThat(both.isDisabled("text=/^Reject …/")).isFalse();
  }

  @Test
  void aRunIsWatchedToItsEndThoughTheConnectionBreaks() {
    served.brake.at("redis.publish");
    var olivia = signIn("/console/ask", OLIVIA);
    olivia.fill("#request", "set acme's orders limit to 300 per minute");
    olivia.press("#request", "Enter");
    olivia.click("text=/^Run: 1 change/");
    olivia.waitForSelector(".live");
    served.brake.awaitReached();
    olivia.context().setOffline(true);
    olivia.context().setOffline(false);
    served.brake.release();

    olivia.waitForSelector(".result >> text='COMPLETED'");
    olivia.waitForSelector("text=/of \\d+ records/");
  }

  @Test
  void aQuestionIsAnsweredWithWhatTheAnswerRestsOn() {
    var vic = signIn("/console/ask", VIC);
    vic.fill("#request", "show limits acme");
    vic.press("#request", "Enter");

    assertThat(vic.textContent(".answer")).contains("acme isn't blocked", "\"epoch\": 1");
  }

  @Test
  void tenantsAreFoundAndEachSaysWhatAppliesToIt() {
    var vic = signIn("/console/tenants", VIC);
    vic.fill("#search", "zen");
    vic.waitForSelector("text='1 tenant of 2, epoch 1'");
    assertThat(vic.textContent("thead")).as("none has a group or label").isEqualTo("TenantLimits");
    vic.click("text='zenith'");

    vic.waitForSelector("h1 >> text='zenith'");
    assertThat(vic.textContent("main")).contains("60 in 1m", "its own");
    assertThat(vic.textContent("table[aria-label='Limits that apply'] .num")).isEqualTo("Burst");
    assertThat(vic.getAttribute(".curve svg", "aria-label")).contains("Of 240 requests");
    vic.waitForSelector("text='tenant: nothing → zenith'");
    vic.click("text='Measure'");
    vic.waitForSelector(".answer >> text=/zenith.orders: 0% used/");
  }

  /** As at the first look after a start with very many tenants. */
  @Test
  void whatIsStillBeingReadIsSaidAndFillsItself() {
    String problem =
        "{\"type\": \"urn:deployclaw:problem:busy\", \"detail\": \"the limits of epoch 1 are being read\"}";
    var calls = new AtomicInteger();
    var vic = signIn("/console/", VIC);
    vic.route(
        url -> url.contains("/v1/tenants"),
        route -> {
          if (calls.incrementAndGet() % 2 == 0) {
            route.resume();
            return;
          }
          var headers = Map.of("Retry-After", "1", "Content-Type", "application/problem+json");
          route.fulfill(
              new Route.FulfillOptions().setStatus(503).setHeaders(headers).setBody(problem));
        });

    vic.navigate(served.address() + "/console/tenants");
    vic.waitForSelector("text='The limits of epoch 1 are being read …'");
    vic.waitForSelector("text='2 tenants, epoch 1'");
    vic.navigate(served.address() + "/console/tenants/zenith");
    vic.waitForSelector("text='The limits of epoch 1 are being read …'");
    vic.waitForSelector("text='its own'");

    assertThat(calls).hasValue(4);
  }

  @Test
  void driftIsShownWithWhatToDo() {
    served.world.gateway.tamper("two", "by hand");
    var olivia = signIn("/console/drift", OLIVIA);

    assertThat(olivia.textContent("main")).contains("two", "different");
    olivia.click("text='Plan a repair'");
    olivia.waitForSelector("text='As it was understood'");
  }

  /** By keyboard; a screen reader has a table, too. */
  @Test
  void aMemberOfTheEstateSaysWhatItEnforces() {
    served.world.redis.tamper("a", "by hand");
    var vic = signIn("/console/estate", VIC);

    vic.press(".tile[aria-label='node a: differs']", "Enter");

    assertThat(vic.textContent(".chosen")).contains("redis/a", "different: ", "epoch 1");
    assertThat(vic.getAttribute(".tile[aria-label='node a: differs']", "aria-pressed"))
        .isEqualTo("true");
    assertThat(vic.textContent(".members table")).contains("redis/b", "enforces it");
    assertThat(vic.textContent(".cards")).contains("1 differs");
  }

  @Test
  void aRequestIsKeptAsADraftAndOpenedAgain() {
    var olivia = signIn("/console/ask", OLIVIA);
    olivia.fill("#request", "set acme's orders limit to 300 per minute");
    olivia.press("#request", "Enter");
    olivia.waitForSelector("mark >> text='300'");
    olivia.click("text='Save as draft'");
    olivia.waitForSelector("text=/Kept until .* nothing is held or done/");
    served.done("set acme's orders limit to 450 per minute", "COMPLETED");

    olivia.click("nav >> text='Home'");
    olivia.click(".draft a");
    olivia.waitForSelector("text='It would now change something else'");
    assertThat(olivia.textContent("main")).contains("450", "on epoch 1");
    olivia.click("nav >> text='Home'");
    olivia.click("text='Discard'");
    olivia.locator(".draft").waitFor(new WaitForOptions().setState(WaitForSelectorState.DETACHED));
    assertThat(served.get("/v1/drafts", OLIVIA).json().path("drafts")).isEmpty();
  }

  /** In this world logs have no signatures, which is no small thing. */
  @Test
  void aLogThatDoesNotVerifyIsShownLoudlyAndAllCanBeTakenAlong() {
    var vic = signIn("/console/audit", VIC);

    assertThat(vic.textContent("main .note.bad")).contains("1 log isn’t verified");
    assertThat(vic.textContent("main table")).contains("NOT VERIFIED", "signature");
    vic.waitForSelector(".cards >> text='✓ verified'");
    var download = vic.waitForDownload(() -> vic.click("text=/^Download all logs/"));
    assertThat(download.suggestedFilename()).isEqualTo("deployclaw-audit.zip");
    vic.fill("#person", "eve");
    vic.press("#person", "Enter");
    vic.waitForSelector("text=/^1 log of \\d+ read$/");
    assertThat(vic.textContent("main table"))
        .as("a log that isn't verified is found by every search")
        .contains("NOT VERIFIED")
        .doesNotContain("✓ verified");
  }

  @Test
  void signInsAreShownAPageAtATimeWithTheVerificationOfTheirLog() {
    for (int i = 0; i < 60; i++) {
      served.server.signIns().began("person-" + i, "oidc", "10.0.0.7");
    }
    BoundedWait.until(
        "they are recorded",
        ServerFixture.SOON,
        () -> served.get("/v1/audit/sign-ins?limit=200", VIC).body().contains("person-59"));
    var vic = signIn("/console/audit", VIC);
    vic.waitForSelector("text=/^50 events in \\d logs? read; there are earlier ones$/");
    assertThat(vic.textContent(SIGN_INS)).contains("signed in", "10.0.0.7", "… unfinished");

    vic.dblclick("text='Earlier events'");
    vic.waitForSelector(SIGN_INS + " >> text='person-0'");
    assertThat(vic.locator(SIGN_INS + " >> text='person-0'").count()).isOne();
    var calls = new ArrayList<String>();
    vic.onRequest(asked -> calls.add("asked " + asked.url().replaceFirst("[?].*", "")));
    vic.onResponse(got -> calls.add("got " + got.url().replaceFirst("[?].*", "")));
    vic.fill("#person", "person-7");
    vic.press("#person", "Enter");

    vic.waitForSelector("text=/^1 event in \\d logs? read$/");
    assertThat(vic.textContent(SIGN_INS)).contains("person-7").doesNotContain("person-8");
    String audit = served.address() + "/v1/audit/";
    assertThat(calls)
        .as("the agent verifies one page at a time")
        .containsSubsequence("asked " + audit + "logs", "got " + audit + "logs")
        .containsSubsequence("got " + audit + "logs", "asked " + audit + "sign-ins");
  }

  @Test
  void skillsAreListed() {
    var vic = signIn("/console/skills", VIC);

    assertThat(vic.textContent("main"))
        .contains("orchestrate-rate-limits", "change.publish", "Changed since");
  }

  @Test
  void aSkillThatChangedSinceItWasPinnedSaysWhatItMayNowUse() {
    String changed =
        """
        {"skills": [{"name": "my-scan", "scope": "project", "pin": "changed", "serves": ["scan"],
          "description": "Looks.", "allowance": {"granted": ["redis.clock"]}, "since_pinned": {
          "declared": {"gained": ["redis.clock"], "lost": ["a.b"]}, "granted": {"gained": ["redis.clock"], "lost": []}}}],
          "warnings": []}
        """;
    var vic = signIn("/console/", VIC);
    vic.route(
        url -> url.endsWith("/v1/skills"),
        route -> route.fulfill(new Route.FulfillOptions().setBody(changed)));

    vic.click("nav >> text='Skills'");

    vic.waitForSelector("main table >> text='changed'");
    assertThat(vic.locator("main table li").allTextContents())
        .containsExactly("+ redis.clock (declared)", "− a.b (declared)", "+ redis.clock (granted)");
  }

  @Test
  void anAddressThatIsNoPageSaysSo() {
    var vic = signIn("/console/tenant/acme", VIC);

    assertThat(vic.textContent("h1")).isEqualTo("There is no such page");
    vic.click("main a");
    vic.waitForSelector("text='What should change?'");
  }

  /** At a page on which nothing else changes. */
  @Test
  void aTimeGoesOnSayingHowLongAgoItIs() {
    var vic = browser.window(served);
    vic.clock().install();
    ConsoleBrowser.signIn(vic, served, "/console/", VIC);
    vic.clock().fastForward("10:00");

    vic.waitForSelector("main table time >> text='10 min ago'");
  }

  @Test
  void aRollbackIsRehearsedBeforeItIsAskedFor() {
    String change = served.done("set acme's orders limit to 300 per minute", "COMPLETED");
    served.world.gateway.stop("two");
    var olivia = signIn("/console/executions/" + change, OLIVIA);

    olivia.click(".undo summary");

    assertThat(olivia.textContent(".undo .note"))
        .contains("look at this first", "gateway/two", "1 out of reach", "to go back");
    assertThat(olivia.textContent(".undo table tbody tr")).contains("two");
    assertThat(served.get("/v1/status", VIC).json().at("/active/change").asText())
        .isEqualTo(change);
  }
}
