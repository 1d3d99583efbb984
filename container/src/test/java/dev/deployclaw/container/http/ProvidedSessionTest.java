package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.reader.BearerTokenFile;
import dev.deployclaw.container.http.access.CredentialStore;
import dev.deployclaw.container.http.exchange.ApiCaller;
import dev.deployclaw.container.http.exchange.CredentialCheck;
import dev.deployclaw.container.http.oidc.ProviderKeys;
import dev.deployclaw.container.http.oidc.ProviderTokenVerifier;
import dev.deployclaw.container.http.session.SessionCredential.ProvidedIdentity;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a session lasts that a provider's identity token began. */
class ProvidedSessionTest {
  private static final Instant BEGIN = Instant.parse("2026-11-29T12:00:00Z");

  @TempDir Path folder;

  private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
  @AutoClose private TestProvider provider;
  private ProviderKeys keys;

  @BeforeEach
  void start() throws Exception {
    provider = TestProvider.start();
    keys = new ProviderKeys(URI.create(provider.issuer()), now::get);
    keys.look();
  }

  @Test
  void itEndsWithItsHour() {
    var store = store(List.of());

    now.set(BEGIN.plus(Duration.ofMinutes(59)));
    assertThat(store.bySession(session())).isInstanceOf(CredentialCheck.Known.class);
    now.set(BEGIN.plus(Duration.ofHours(1)));
    assertThat(store.bySession(session())).isInstanceOf(CredentialCheck.Refused.class);
  }

  @Test
  void itEndsWithAKeyThatTheProviderWithdraws() throws Exception {
    var store = store(List.of());
    provider.publish(SignedToken.key("next"));
    lookAgain();
    assertThat(store.bySession(session())).isInstanceOf(CredentialCheck.Known.class);

    provider.withdraw(provider.key);
    lookAgain();

    assertThat(store.bySession(session())).isInstanceOf(CredentialCheck.Refused.class);
  }

  @Test
  void itEndsWhereATokenGetsItsName() throws Exception {
    var tokens = BearerTokenFile.read(Served.tokens(folder));
    var vic = new ApiCaller("vic", Set.of(ApiRole.VIEWER));

    assertThat(
            store(tokens).bySession(new ProvidedIdentity(vic, 1, BEGIN.plus(Duration.ofHours(1)))))
        .isInstanceOf(CredentialCheck.Refused.class);
  }

  private void lookAgain() throws InterruptedException {
    now.set(now.get().plus(Duration.ofMinutes(5)));
    keys.look();
  }

  private CredentialStore store(List<BearerTokenFile.Token> tokens) {
    var verifier = new ProviderTokenVerifier(provider.config(), keys, now::get);
    return new CredentialStore(tokens, List.of(), Optional.of(verifier), now::get);
  }

  private static ProvidedIdentity session() {
    var rita = new ApiCaller("rita", Set.of(ApiRole.OPERATOR, ApiRole.VIEWER));
    return new ProvidedIdentity(rita, 1, BEGIN.plus(Duration.ofHours(1)));
  }
}
