package dev.deployclaw.ratelimit.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import dev.deployclaw.policy.model.InvalidTokenAction;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FakeHttpServer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BearerTokenVerifierTest {
  private static final Claim CLAIM =
      new Claim("tenant", Issuer.NAME, Issuer.AUDIENCE, InvalidTokenAction.REFUSE);
  private static final Issuer ISSUER = new Issuer().rsa("rsa");
  private static final Duration LONG = Duration.ofMinutes(1);

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  @Test
  void withoutKeysNothingCanBeTold() throws Exception {
    var tokens = start(new JwksSource.None());

    assertThat(read(tokens, "Bearer " + ISSUER.token("rsa", "RS256", "acme")))
        .isEqualTo(new TokenVerification.Unknown("no-token-keys"));
    assertThat(read(tokens, "")).isEqualTo(new TokenVerification.Unknown("no-token-keys"));
  }

  @Test
  void keysComeFromAUrlAndARememberedTokenStillExpires() throws Exception {
    try (var server = FakeHttpServer.start(_ -> FakeHttpServer.Answer.of(200, ISSUER.keySet()))) {
      var tokens = start(new JwksSource.Url(URI.create(server.url() + "/keys")));
      String good = "Bearer " + ISSUER.token("rsa", "RS256", "acme");
      var acme = new TokenVerification.Proven("acme");
      BoundedWait.until("the keys are there", LONG, () -> read(tokens, good).equals(acme));

      assertThat(read(tokens, good)).isEqualTo(acme);
      now.set(now.get().plus(Duration.ofHours(2)));
      assertThat(read(tokens, good)).isEqualTo(new TokenVerification.Unproven("token-expired"));
    }
  }

  private BearerTokenVerifier start(JwksSource keys) throws Exception {
    var settings =
        new TokenSettings(
            keys, TokenSettings.USUAL, Duration.ofSeconds(30), TokenSettings.USUAL_LIFE);
    var started = new CompletableFuture<BearerTokenVerifier>();
    context.runOnContext(
        _ -> started.complete(BearerTokenVerifier.start(vertx, new Hands(), settings)));
    return started.get(1, TimeUnit.MINUTES);
  }

  private TokenVerification read(BearerTokenVerifier tokens, String authorization) {
    var read = new CompletableFuture<Map<Claim, TokenVerification>>();
    context.runOnContext(
        _ -> tokens.read(Set.of(CLAIM), authorization, "192.0.2.1").onSuccess(read::complete));
    return Objects.requireNonNull(read.orTimeout(1, TimeUnit.MINUTES).join().get(CLAIM));
  }

  /** A clock that the test moves. */
  private final class Hands extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now.get();
    }
  }
}
