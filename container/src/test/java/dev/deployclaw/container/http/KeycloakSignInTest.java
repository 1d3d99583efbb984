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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People who sign in to the console at a real OpenID Connect provider, in a real browser. */
@Slow(
    guard = "dev.deployclaw.container.http.ProviderSignInPageTest",
    because = "a Keycloak has to start")
class KeycloakSignInTest {
  private static final String BUTTON = "#provider";
  private static final String PASSWORD_FIELD = "#password";
  private static final String WHO = "#bar .who";

  @TempDir static Path folder;

  private static KeycloakServer keycloak;
  private static ConsoleBrowser browser;

  private Served served;

  @BeforeAll
  static void start() throws Exception {
    browser = ConsoleBrowser.launch();
    keycloak = KeycloakServer.start(Files.createDirectory(folder.resolve("keycloak")));
  }

  @AfterAll
  static void stop() {
    browser.close();
    if (keycloak != null) {
      keycloak.close();
    }
  }

  @AfterEach
  void close() {
    browser.expectTrouble(URI.create(keycloak.issuer()).getAuthority());
    browser.closeWindows();
    served.close();
  }

  @Test
  void aConfidentialClientSignsPeopleInByTheirRolesAndGroups() throws Exception {
    serve("console", new SecretValue("a-secret:of the client+%"));

    var rita = window();
    signIn(rita, "rita");
    assertThat(rita.url()).isEqualTo(served.address() + "/console/drift");
    assertThat(rita.innerText(WHO)).contains("rita", "operator").doesNotContain("approver");
    assertThat(ConsoleBrowser.barriers(rita)).isEmpty();
    assertThat(rita.context().cookies(served.address() + "/console/").toString())
        .as("no token is in the browser")
        .doesNotContain("eyJ");

    var gina = window();
    signIn(gina, "gina");
    assertThat(gina.innerText(WHO)).as("by her group").contains("gina", "approver");

    var nick = window();
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
  }

  @Test
  void aPublicClientSignsInByItsProofAloneAcrossAnExchangeOfKeys() throws Exception {
    var config = serve("public-console", SecretValue.NONE);
    var found = ProviderInspection.of(config, InstantSource.system());
    assertThat(found.signsIn()).isTrue();
    assertThat(found.keys()).isPositive();

    var lea = window();
    signIn(lea, "lea");
    assertThat(lea.innerText(WHO)).contains("lea", "approver");

    keycloak.exchangeKey();
    var rita = window();
    enter(rita, "rita");
    BoundedWait.until("the new key is known", ServerFixture.SOON, () -> isIn(rita));
    lea.reload();
    lea.waitForSelector(WHO); // its old key wasn't withdrawn
  }

  private OidcConfig serve(String client, SecretValue secret) throws Exception {
    var console =
        new BrowserClient(
            "http://127.0.0.1:" + FreePortFinder.free(),
            client,
            secret,
            List.of("openid", "profile"));
    var config =
        new OidcConfig(
            URI.create(keycloak.issuer()),
            KeycloakServer.CLIENT,
            "preferred_username",
            "realm_access.roles",
            Map.of(ApiRole.OPERATOR, Set.of("ops"), ApiRole.APPROVER, Set.of("leads")),
            Optional.of(console));
    keycloak.register(console);
    served = Served.withProvider(Files.createDirectory(folder.resolve(client)), config);
    served.world.planner = new GrammarInterpreter();
    BoundedWait.until(
        "the keys are read",
        ServerFixture.SOON,
        () -> served.send(ProviderSignInCases.departure(served, console.origin())).status() == 200);
    return config;
  }

  private Page window() {
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

  /** As a person does who is told that the provider can't be asked now: tries again. */
  private static boolean isIn(Page page) {
    page.waitForSelector(WHO + ", " + BUTTON);
    if (page.isVisible(BUTTON)) {
      page.click(BUTTON);
    }
    return page.isVisible(WHO);
  }
}
