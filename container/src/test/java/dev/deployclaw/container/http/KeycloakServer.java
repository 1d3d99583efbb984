package dev.deployclaw.container.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.FetchedTool;
import dev.deployclaw.container.FetchedTool.MavenArtifact;
import dev.deployclaw.container.config.OidcConfig.BrowserClient;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.LaunchSpec;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A Keycloak with a realm of people and programs. */
final class KeycloakServer implements AutoCloseable {
  static final String CLIENT = "deployclaw";
  static final String OTHER_CLIENT = "wiki";
  static final String PASSWORD = "correct-horse";

  private static final String VERSION = "26.7.3";
  private static final MavenArtifact DISTRIBUTION =
      new MavenArtifact(
          "org.keycloak:keycloak-quarkus-dist:" + VERSION + ":zip",
          "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f");

  private static final String ADMIN = "admin-of-tests";
  private static final Duration LONGEST_START = Duration.ofMinutes(6);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String REALM =
      """
      {"realm": "main", "enabled": true, "sslRequired": "none",
       "roles": {"realm": [{"name": "ops"}, {"name": "leads"}]},
       "groups": [{"name": "on-call", "realmRoles": ["leads"]}],
       "users": [%s, %s, %s, %s],
       "clients": [
         {"clientId": "deployclaw", "publicClient": true, "directAccessGrantsEnabled": true,
          "protocolMappers": [{"name": "audience", "protocol": "openid-connect",
            "protocolMapper": "oidc-audience-mapper", "config": {
              "included.client.audience": "deployclaw", "access.token.claim": "true"}}]},
         {"clientId": "wiki", "publicClient": true, "directAccessGrantsEnabled": true}]}
      """
          .formatted(
              user("rita", "\"realmRoles\": [\"ops\"]"),
              user("lea", "\"realmRoles\": [\"leads\"]"),
              user("gina", "\"groups\": [\"/on-call\"]"),
              user("nick", "\"realmRoles\": [\"offline_access\"]"));

  private static final String KEY =
      """
      {"name": "next", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider",
       "config": {"priority": ["200"], "enabled": ["true"], "active": ["true"]}}
      """;

  private final HttpClient http = HttpClient.newHttpClient();
  private final String address;
  private final DaemonProcess process;

  private KeycloakServer(String address, DaemonProcess process) {
    this.address = address;
    this.process = process;
  }

  /**
   * @param rights a field of the person
   */
  private static String user(String name, String rights) {
    return """
    {"username": "%s", "enabled": true, "emailVerified": true, "email": "%s@example.com",
     "firstName": "%s", "lastName": "Test", %s,
     "credentials": [{"type": "password", "value": "%s", "temporary": false}]}
    """
        .formatted(name, name, name, rights, PASSWORD);
  }

  static KeycloakServer start(Path folder) throws Exception {
    var home = FetchedTool.unpacked("keycloak", DISTRIBUTION, "keycloak-" + VERSION);
    int port = FreePortFinder.free();
    var command =
        List.of(
            "bash",
            home.resolve("bin/kc.sh").toString(),
            "start-dev",
            "--db=dev-mem",
            "--http-host=127.0.0.1",
            "--http-port=" + port);
    var environment =
        Map.of(
            "JAVA_HOME",
            System.getProperty("java.home"),
            "JAVA_OPTS_KC_HEAP",
            "-Xms64m -Xmx768m",
            "KC_BOOTSTRAP_ADMIN_USERNAME",
            ADMIN,
            "KC_BOOTSTRAP_ADMIN_PASSWORD",
            PASSWORD);
    var process = DaemonProcess.start(new LaunchSpec(folder, "keycloak", command, environment));
    var keycloak = new KeycloakServer("http://127.0.0.1:" + port, process);
    try {
      BoundedWait.until("Keycloak answers", LONGEST_START, () -> keycloak.answers(process));
      keycloak.administer("/admin/realms", REALM);
      return keycloak;
    } catch (IOException | RuntimeException e) {
      keycloak.close();
      throw new IllegalStateException(Files.readString(process.log()), e);
    }
  }

  private boolean answers(DaemonProcess process) {
    if (!process.alive()) {
      throw new IllegalStateException("Keycloak ended");
    }
    try {
      var metadata = URI.create(address + "/realms/master/.well-known/openid-configuration");
      return send(HttpRequest.newBuilder(metadata)).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  String issuer() {
    return address + "/realms/main";
  }

  /** What a person gets who signs in: {@code access_token}, {@code id_token}, and others. */
  JsonNode signIn(String name, String client) throws IOException {
    return tokens("main", name, client);
  }

  /** From now on it signs with another key. */
  void exchangeKey() throws IOException {
    administer("/admin/realms/main/components", KEY);
  }

  /**
   * Browsers sign in to this console by it; without a secret, it is a public client. It demands
   * PKCE, and its identity tokens name roles, which Keycloak's usually don't.
   */
  void register(BrowserClient client) throws IOException {
    String secret = client.clientSecret().value();
    String json =
        """
        {"clientId": "%s", "publicClient": %s, "secret": "%s", "standardFlowEnabled": true,
         "directAccessGrantsEnabled": false, "redirectUris": ["%s"],
         "attributes": {"pkce.code.challenge.method": "S256"},
         "protocolMappers": [{"name": "roles", "protocol": "openid-connect",
           "protocolMapper": "oidc-usermodel-realm-role-mapper", "config": {
             "claim.name": "realm_access.roles", "multivalued": "true", "jsonType.label": "String",
             "id.token.claim": "true"}}]}
        """
            .formatted(client.clientId(), secret.isEmpty(), secret, client.redirectUri());
    administer("/admin/realms/main/clients", json);
  }

  /** Signs all people out here. */
  void endSessions() throws IOException {
    administer("/admin/realms/main/logout-all", "{}");
  }

  private JsonNode tokens(String realm, String name, String client) throws IOException {
    var form =
        Map.of(
            "grant_type", "password",
            "client_id", client,
            "username", name,
            "password", PASSWORD,
            "scope", "openid");
    String body =
        form.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    var to = URI.create(address + "/realms/" + realm + "/protocol/openid-connect/token");
    var response =
        send(
            HttpRequest.newBuilder(to)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    if (response.statusCode() != 200) {
      throw new IOException(response.body());
    }
    return JSON.readTree(response.body());
  }

  private void administer(String path, String json) throws IOException {
    String token = tokens("master", ADMIN, "admin-cli").path("access_token").asText();
    var response =
        send(
            HttpRequest.newBuilder(URI.create(address + path))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString(json)));
    if (response.statusCode() / 100 != 2) {
      throw new IOException(response.statusCode() + " " + response.body());
    }
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.timeout(Duration.ofMinutes(1)).build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void stop() {
    process.kill();
  }

  @Override
  public void close() {
    process.kill();
    http.close();
  }
}
