package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API behind a real OpenID Connect provider. */
@Slow(
    guard = "dev.deployclaw.container.http.ProviderTokenTest",
    because = "a Keycloak has to start")
class KeycloakTest {
  private static final String PATH = "/v1/executions";
  private static final String PLAN = PATH + "/arch-none/plan";
  private static final String ACCESS = "access_token";

  @TempDir Path folder;

  @Test
  void peopleCallWithTheTokensThatTheyGotFromKeycloak() throws Exception {
    try (var keycloak = KeycloakServer.start(Files.createDirectory(folder.resolve("keycloak")));
        var served =
            Served.withProvider(Files.createDirectory(folder.resolve("served")), of(keycloak))) {
      var rita = keycloak.signIn("rita", KeycloakServer.CLIENT);
      String access = rita.path(ACCESS).asText();
      BoundedWait.until(
          "the keys are read", ServerFixture.SOON, () -> served.get(PATH, access).status() == 200);
      assertThat(served.get(PLAN, access).text("detail")).isEqualTo("rita lacks the role approver");
      var lea = keycloak.signIn("lea", KeycloakServer.CLIENT).path(ACCESS).asText();
      assertThat(served.get(PLAN, lea).status()).isEqualTo(404);

      var nick = keycloak.signIn("nick", KeycloakServer.CLIENT).path(ACCESS).asText();
      assertThat(served.get(PATH, nick).text("detail")).isEqualTo("nick lacks the role viewer");
      assertThat(served.get(PATH, rita.path("id_token").asText()).status())
          .as("it is for us, and names no roles")
          .isEqualTo(403);
      assertThat(served.get(PATH, rita.path("refresh_token").asText()).status()).isEqualTo(401);
      var wiki = keycloak.signIn("rita", KeycloakServer.OTHER_CLIENT).path(ACCESS).asText();
      assertThat(served.get(PATH, wiki).text("detail"))
          .isEqualTo("the token is for another audience");

      keycloak.exchangeKey();
      var next = keycloak.signIn("rita", KeycloakServer.CLIENT).path(ACCESS).asText();
      BoundedWait.until(
          "the new key is known", ServerFixture.SOON, () -> served.get(PATH, next).status() == 200);

      keycloak.stop();
      assertThat(served.get(PATH, next).status()).as("Keycloak is away").isEqualTo(200);
      assertThat(served.get(PATH, lea).status()).isEqualTo(200);
    }
  }

  private static OidcConfig of(KeycloakServer keycloak) {
    return new OidcConfig(
        URI.create(keycloak.issuer()),
        KeycloakServer.CLIENT,
        "preferred_username",
        "realm_access.roles",
        Map.of(ApiRole.OPERATOR, Set.of("ops"), ApiRole.APPROVER, Set.of("leads")),
        Optional.empty());
  }
}
