package dev.deployclaw.ratelimit.token;

import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells by bearer tokens whose requests they are. What can be seen without the signature is looked
 * at first. A signature costs up to a millisecond, so it is checked off the event loop, clients
 * taking turns. A valid token is remembered by its digest until it expires or the keys change, and
 * so is one whose signature is wrong. Belongs to one event loop.
 */
public final class BearerTokenVerifier {
  private static final int MOST_VALID = 10_000;
  private static final int MOST_FORGED = 4_096;
  private static final Logger LOG = LoggerFactory.getLogger(BearerTokenVerifier.class);
  private static final TokenVerification FAILED =
      new TokenVerification.Unknown("token-check-failed");
  private static final TokenVerification NO_KEYS = new TokenVerification.Unknown("no-token-keys");
  private static final TokenVerification BUSY = new TokenVerification.Unknown("token-checks-busy");

  private final Clock clock;
  private final TokenRules rules;
  private final JwksCache keys;
  private final FairCheckQueue checks;
  private final Map<Seen, TokenRules.Outcome> valid;
  private final Map<Seen, TokenRules.Outcome> forged;
  private long rememberedBy;

  private BearerTokenVerifier(
      FairCheckQueue checks, Clock clock, TokenRules rules, JwksCache keys, int verifiers) {
    this.checks = checks;
    this.clock = clock;
    this.rules = rules;
    this.keys = keys;
    this.valid = new RecentEntries<>(Math.max(1, MOST_VALID / verifiers));
    this.forged = new RecentEntries<>(Math.max(1, MOST_FORGED / verifiers));
  }

  /** Goes on reading keys until {@code vertx} is closed. */
  public static BearerTokenVerifier start(Vertx vertx, Clock clock, TokenSettings settings) {
    var keys = JwksCache.start(vertx, settings);
    return new BearerTokenVerifier(
        new FairCheckQueue(vertx), clock, new TokenRules(settings), keys, 1);
  }

  /**
   * One of several that share what the process may remember.
   *
   * @param keys of all of them
   */
  public static BearerTokenVerifier of(
      Vertx vertx, TokenSettings settings, JwksCache keys, int verifiers) {
    return new BearerTokenVerifier(
        new FairCheckQueue(vertx), Clock.systemUTC(), new TokenRules(settings), keys, verifiers);
  }

  /** A token, without the token, for one gateway's identity. */
  private record Seen(Claim claim, String digest) {}

  /** A token, and who showed it. */
  private record Shown(String token, Seen seen, String client) {}

  /**
   * What a request's token comes to under each of these identities. Never fails.
   *
   * @param authorization the header as the client sent it; empty for none
   * @param client its address
   */
  public Future<Map<Claim, TokenVerification>> read(
      Set<Claim> claims, String authorization, String client) {
    List<Future<TokenVerification>> asked = new ArrayList<>();
    Map<Claim, TokenVerification> bearers = new HashMap<>();
    for (var claim : claims) {
      asked.add(bearer(claim, authorization, client).onSuccess(b -> bearers.put(claim, b)));
    }
    return Future.join(asked).map(bearers);
  }

  private Future<TokenVerification> bearer(Claim claim, String authorization, String client) {
    if (keys.held().keys().keys().isEmpty()) {
      return Future.succeededFuture(NO_KEYS);
    }
    var token = TokenRules.token(authorization);
    if (token.isEmpty()) {
      String reason = authorization.isEmpty() ? TokenRules.ABSENT : "token-malformed";
      return Future.succeededFuture(new TokenVerification.Unproven(reason));
    }
    var shown = new Shown(token.get(), new Seen(claim, CanonicalJson.sha256(token.get())), client);
    return remembered(shown.seen())
        .map(bearer -> Future.succeededFuture(bearer))
        .orElseGet(() -> judged(shown));
  }

  private Optional<TokenVerification> remembered(Seen seen) {
    if (rememberedBy != keys.held().number()) {
      valid.clear();
      forged.clear();
      rememberedBy = keys.held().number();
    }
    var known = valid.get(seen);
    if (known == null) {
      return Optional.ofNullable(forged.get(seen)).map(TokenRules.Outcome::bearer);
    }
    return clock.instant().isBefore(known.until()) ? Optional.of(known.bearer()) : Optional.empty();
  }

  /** A key that isn't held may have come just now: it is looked for once more. */
  private Future<TokenVerification> judged(Shown shown) {
    var by = keys.held();
    return judge(shown, by)
        .compose(bearer ->
            bearer.equals(new TokenVerification.Unproven(TokenRules.KEY_UNKNOWN))
                ? keys.renewed()
                    .compose(now ->
                        now.number() == by.number()
                            ? Future.succeededFuture(bearer)
                            : judge(shown, now))
                : Future.succeededFuture(bearer));
  }

  private Future<TokenVerification> judge(Shown shown, JwksCache.Edition by) {
    var claim = shown.seen().claim();
    var refused = rules.refused(shown.token(), claim, by.keys(), clock.instant());
    return refused.isPresent()
        ? Future.succeededFuture(refused.get())
        : checks
            .check(
                shown.client(), () -> rules.judge(shown.token(), claim, by.keys(), clock.instant()))
            .map(outcome -> kept(shown.seen(), by, Objects.requireNonNull(outcome)))
            .otherwise(BearerTokenVerifier::failed);
  }

  private TokenVerification kept(Seen seen, JwksCache.Edition by, TokenRules.Outcome outcome) {
    if (by.number() == rememberedBy) {
      if (outcome.bearer() instanceof TokenVerification.Proven) {
        valid.put(seen, outcome);
      } else if (outcome.bearer().equals(TokenRules.FORGED)) {
        forged.put(seen, outcome);
      }
    }
    return outcome.bearer();
  }

  private static TokenVerification failed(Throwable e) {
    if (e instanceof FairCheckQueue.Busy) {
      return BUSY;
    }
    LOG.atError().addKeyValue("error", e.getClass()).log("a token's check failed");
    return FAILED;
  }
}
