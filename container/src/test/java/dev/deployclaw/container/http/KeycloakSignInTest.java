package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.config.OidcConfig.BrowserClient;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.http.oidc.ProviderInspection;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People who sign in to the console at a real OpenID Connect provider, in a real browser. */
@Slow(
    guard = "dev.deployclaw.container.http.ProviderSignInTest",
    because = "a Keycloak has to start")
class KeycloakSignInTest {
  private static final String BUTTON = "#provider";
  private static final String PASSWORD_FIELD = "#password";
  private static final String WHO = "#bar .who";

  @TempDir static Path folder;

  private static KeycloakServer keycloak;
  private static ConsoleBrowser browser;

  @BeforeAll
  static void start() throws Exception {
    browser = ConsoleBrowser.launch();
    keycloak = KeycloakServer.start(Files.createDirectory(folder.resolve("keycloak")));
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    if (keycloak != null) {
      keycloak.close();
    }
  }

  @Test
  void aConfidentialClientSignsPeopleInByTheirRolesAndGroups() throws Exception {
    try (var served = serve(config("console", new SecretValue("a-secret:of the client+%")))) {
      var rita = window(served);
      signIn(rita, "rita");
      assertThat(rita.url()).isEqualTo(served.address() + "/console/drift");
      assertThat(rita.innerText(WHO)).contains("rita", "operator").doesNotContain("approver");
      assertThat(ConsoleBrowser.barriers(rita)).isEmpty();
      assertThat(rita.context().cookies(served.address() + "/console/").toString())
          .as("no token is in the browser")
          .doesNotContain("eyJ");

      var gina = window(served);
      signIn(gina, "gina");
      assertThat(gina.innerText(WHO)).as("by her group").contains("gina", "approver");

      var nick = window(served);
      enter(nick, "nick");
      nick.waitForSelector("text=none of your groups has a role here");
      assertThat(nick.url()).isEqualTo(served.address() + "/console/");

      rita.click("#bar button");
      rita.waitForSelector(BUTTON);
      rita.click(BUTTON);
      rita.waitForSelector(WHO); // Keycloak still knows her
      keycloak.endSessions();
      rita.click("#bar button");
      rita.waitForSelector(BUTTON);
      rita.click(BUTTON);
      rita.waitForSelector(PASSWORD_FIELD);
      closeWindows();
    }
  }

  @Test
  void aPublicClientSignsInByItsProofAloneAcrossAnExchangeOfKeys() throws Exception {
    var config = config("public-console", SecretValue.NONE);
    var found = ProviderInspection.of(config, InstantSource.system());
    assertThat(found.signsIn()).isTrue();
    assertThat(found.keys()).isPositive();

    try (var served = serve(config)) {
      var lea = window(served);
      signIn(lea, "lea");
      assertThat(lea.innerText(WHO)).contains("lea", "approver");

      keycloak.exchangeKey();
      var token = keycloak.signIn("rita", KeycloakServer.CLIENT).path("access_token").asText();
      BoundedWait.until(
          "the new key is known",
          ServerFixture.SOON,
          () -> served.get("/v1/executions", token).status() == 200);
      var rita = window(served);
      signIn(rita, "rita");
      assertThat(rita.innerText(WHO)).contains("rita", "operator");
      lea.reload();
      lea.waitForSelector(WHO); // its old key wasn't withdrawn
      closeWindows();
    }
  }

  private static void closeWindows() {
    browser.expectTrouble(URI.create(keycloak.issuer()).getAuthority());
    browser.closeWindows();
  }

  private static OidcConfig config(String client, SecretValue secret) {
    return new OidcConfig(
        URI.create(keycloak.issuer()),
        KeycloakServer.CLIENT,
        "preferred_username",
        "realm_access.roles",
        Map.of(ApiRole.OPERATOR, Set.of("ops"), ApiRole.APPROVER, Set.of("leads")),
        Optional.of(
            new BrowserClient(
                "http://127.0.0.1:" + FreePortFinder.free(),
                client,
                secret,
                List.of("openid", "profile"))));
  }

  private static Served serve(OidcConfig config) throws Exception {
    var console = config.console().orElseThrow();
    keycloak.register(console);
    var served =
        Served.withProvider(Files.createDirectory(folder.resolve(console.clientId())), config);
    served.world.planner = new GrammarInterpreter();
    BoundedWait.until(
        "the keys are read",
        ServerFixture.SOON,
        () -> served.send(ProviderSignInCases.departure(served, console.origin())).status() == 200);
    return served;
  }

  private static Page window(Served served) {
    var page = browser.window(served);
    page.navigate(served.address() + "/console/drift");
    page.waitForSelector(BUTTON);
    return page;
  }

  private static void signIn(Page page, String who) {
    enter(page, who);
    page.waitForSelector(WHO);
    ConsoleBrowser.ready(page);
  }

  private static void enter(Page page, String who) {
    page.click(BUTTON);
    page.fill("#username", who);
    page.fill(PASSWORD_FIELD, KeycloakServer.PASSWORD);
    page.click("#kc-login");
  }
}
