package dev.deployclaw.container.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.OidcConfig.BrowserClient;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.doctor.Diagnosis.Level;
import dev.deployclaw.container.http.TestProvider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProviderCheckTest {
  private static final Optional<BrowserClient> CONSOLE =
      Optional.of(
          new BrowserClient("https://c.example", "console", SecretValue.NONE, List.of("openid")));

  @AutoClose private TestProvider provider;

  @BeforeEach
  void start() throws Exception {
    provider = TestProvider.start();
  }

  @Test
  void countsTheKeysOfAProviderThatAnswers() throws Exception {
    assertThat(examined(Optional.empty(), Duration.ZERO))
        .containsExactly(
            new Diagnosis("oidc", Level.OK, provider.issuer() + ": 1 keys for signatures", ""));
  }

  @Test
  void findsAProviderWhereNoBrowserSignsIn() throws Exception {
    assertThat(examined(CONSOLE, Duration.ZERO).getLast().level()).isEqualTo(Diagnosis.Level.ERROR);

    provider.document.put("authorization_endpoint", provider.issuer() + "/authorize");
    provider.document.put("token_endpoint", provider.issuer() + "/token");

    assertThat(examined(CONSOLE, Duration.ZERO))
        .extracting(Diagnosis::found)
        .contains("sends browsers back to https://c.example/console/sign-in/callback");
  }

  @Test
  void findsClocksThatDifferByMoreThanTokensMay() throws Exception {
    // Less, the longer the answer takes.
    assertThat(examined(Optional.empty(), Duration.ofSeconds(-90)).getLast().found())
        .matches(
            "the provider's clock is ([4-8]\\d|90) s ahead of ours; tokens are taken within 30 s");
    assertThat(examined(Optional.empty(), Duration.ofMinutes(2)).getLast().found())
        .contains("s behind ours");
    assertThat(examined(Optional.empty(), Duration.ofSeconds(20))).hasSize(1);
  }

  @Test
  void findsTheDocumentOfAnotherIssuerAndSilence() throws Exception {
    provider.document.put("issuer", provider.issuer() + "/");
    assertThat(examined(Optional.empty(), Duration.ZERO).getFirst().found())
        .contains("another issuer");

    provider.stop();
    var away = examined(Optional.empty(), Duration.ZERO).getFirst();
    assertThat(away.level()).isEqualTo(Diagnosis.Level.ERROR);
    assertThat(away.remedy()).contains("serve.oidc.issuer");
  }

  /**
   * @param ours by how much our clock is ahead
   */
  private List<Diagnosis> examined(Optional<BrowserClient> console, Duration ours)
      throws InterruptedException {
    InstantSource clock = () -> InstantSource.system().instant().plus(ours);
    return ProviderCheck.examine(provider.config(console), clock);
  }
}
