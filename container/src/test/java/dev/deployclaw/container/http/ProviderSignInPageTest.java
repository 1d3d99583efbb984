package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person who signs in by a provider, in a real browser. */
@Slow(guard = "dev.deployclaw.container.http.ProviderSignInTest", because = "it starts a browser")
class ProviderSignInPageTest {
  private static final String BUTTON = "#provider";

  @TempDir Path folder;

  @Test
  void aPersonSignsInAtTheProviderAndIsBackOnTheWantedPage() throws Exception {
    try (var browser = ConsoleBrowser.launch();
        var provider = SignInProvider.start();
        var served = Served.withProvider(folder, provider.config())) {
      served.world.planner = new GrammarInterpreter();
      var page = browser.window(served);
      awaitKeys(page, served);

      page.click(BUTTON);
      page.waitForSelector("#bar .who");
      ConsoleBrowser.ready(page);

      assertThat(page.url()).isEqualTo(served.address() + "/console/drift");
      assertThat(page.innerText("#bar .who")).contains("rita", "operator");
      assertThat(page.context().cookies().toString()).doesNotContain("eyJ");
      assertThat(ConsoleBrowser.barriers(page)).isEmpty();

      page.click("#bar button");
      page.waitForSelector(BUTTON);
      provider.brought =
          back -> {
            back.remove("code");
            back.put("error", "access_denied");
          };
      page.click(BUTTON);
      page.waitForSelector("text=The provider did not sign you in.");
      assertThat(page.url()).isEqualTo(served.address() + "/console/");
      page.waitForSelector(BUTTON);
      assertThat(ConsoleBrowser.barriers(page)).isEmpty();

      browser.expectTrouble("asked for " + provider.tokens.issuer());
      browser.closeWindows();
    }
  }

  private static void awaitKeys(Page page, Served served) {
    BoundedWait.until(
        "the provider's keys are read",
        ServerFixture.SOON,
        () ->
            served
                    .send(
                        served
                            .request("/console/sign-in", "")
                            .header("Origin", served.address())
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("{}")))
                    .status()
                == 200);
    page.navigate(served.address() + "/console/drift");
    page.waitForSelector(BUTTON);
  }
}
