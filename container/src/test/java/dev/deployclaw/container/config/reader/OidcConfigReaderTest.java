package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.yaml.ConfigProblem;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The section {@code serve.oidc}, and tokens that end. */
class OidcConfigReaderTest {
  @TempDir Path folder;

  @Test
  void readsAProvider() throws Exception {
    var serve = parse("https://login.example/realms/main", "{operator: [ops], approver: [a, b]}");

    var oidc = serve.oidc().orElseThrow();

    assertThat(serve.hasCredentials()).isTrue();
    assertThat(oidc.issuer()).hasToString("https://login.example/realms/main");
    assertThat(oidc.nameClaim()).isEqualTo("sub");
    assertThat(oidc.roles())
        .isEqualTo(Map.of(ApiRole.OPERATOR, Set.of("ops"), ApiRole.APPROVER, Set.of("a", "b")));
    assertThat(oidc.rolesOf(List.of("b", "x")))
        .containsExactlyInAnyOrder(ApiRole.APPROVER, ApiRole.VIEWER);
    assertThat(oidc.rolesOf(List.of("operator"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://login.example", "http://127.0.0.1.example", "ftp://x", "login"})
  void refusesAProviderWhoseKeysComeInTheClear(String issuer) {
    assertThat(problems(issuer, "{operator: [ops]}")).contains("serve.oidc.issuer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{owner: [ops]}", "{operator: []}"})
  void refusesAMappingThatGivesNothing(String roles) {
    assertThat(problems("https://login.example", roles)).contains("serve.oidc.roles");
  }

  @Test
  void readsTheConsoleAsAClient() throws Exception {
    Files.writeString(folder.resolve("secret"), "s3cret-of-the-client\n");

    var console =
        console("{url: 'https://Deploy.example:443/', clientId: c, clientSecretFile: secret}");

    assertThat(console.origin()).isEqualTo("https://deploy.example");
    assertThat(console.redirectUri()).isEqualTo("https://deploy.example/console/sign-in/callback");
    assertThat(console.clientSecret().value()).isEqualTo("s3cret-of-the-client");
    assertThat(console.toString()).doesNotContain("s3cret");
    assertThat(console.scopes()).containsExactly("openid", "profile");
    assertThat(console("{url: 'http://127.0.0.1:8088', clientId: c}").clientSecret().value())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{url: 'http://deploy.example', clientId: c}",
        "{url: 'https://deploy.example/console', clientId: c}",
        "{url: 'https://deploy.example/?to=x', clientId: c}",
        "{url: 'https://me@deploy.example', clientId: c}",
        "{clientId: c}",
        "{url: 'https://deploy.example'}",
        "{url: 'https://deploy.example', clientId: c, scopes: [profile]}",
        "{url: 'https://deploy.example', clientId: c, scopes: [openid, 'a b']}"
      })
  void refusesAConsoleThatNoBrowserCouldUse(String console) {
    var invalid = catchThrowableOfType(InvalidConfigException.class, () -> console(console));

    assertThat(invalid.problems())
        .extracting(ConfigProblem::path)
        .allMatch(path -> path.startsWith("serve.oidc.console."));
  }

  private OidcConfig.BrowserClient console(String console) throws InvalidConfigException {
    return parse("https://login.example", "{operator: [ops]}\n    console: " + console)
        .oidc()
        .orElseThrow()
        .console()
        .orElseThrow();
  }

  @Test
  void refusesAnEndThatIsNoDay() throws Exception {
    var file =
        Files.writeString(
            folder.resolve("tokens.yaml"),
            "tokens: [{name: ann, sha256: %s, roles: [viewer], expires: soon}]"
                .formatted("a".repeat(64)));

    var invalid =
        catchThrowableOfType(InvalidConfigException.class, () -> BearerTokenFile.read(file));

    assertThat(invalid.problems())
        .extracting(ConfigProblem::path)
        .containsExactly("tokens[0].expires");
  }

  private ServerConfig parse(String issuer, String roles) throws InvalidConfigException {
    return ConfigReader.parse(
            folder.resolve("deployclaw.yaml"),
            """
            etcd: {endpoints: ["http://127.0.0.1:2379"]}
            redis: {nodes: ["127.0.0.1:7001"]}
            s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
            nats: {url: "nats://127.0.0.1:4222"}
            serve:
              oidc:
                issuer: %s
                audience: deployclaw
                rolesClaim: groups
                roles: %s
            """
                .formatted(issuer, roles),
            Map.of())
        .serve();
  }

  private List<String> problems(String issuer, String roles) {
    var invalid = catchThrowableOfType(InvalidConfigException.class, () -> parse(issuer, roles));
    return invalid.problems().stream().map(ConfigProblem::path).toList();
  }
}
