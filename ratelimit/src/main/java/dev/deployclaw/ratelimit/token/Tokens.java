package dev.deployclaw.ratelimit.token;

import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells by bearer tokens whose requests they are. A signature costs up to a millisecond, so it is
 * checked off the event loop, few at a time, and a valid token is remembered by its digest until it
 * expires or the keys change. Belongs to one event loop.
 */
public final class Tokens {
  private static final int MOST_UNDER_WAY = 64;
  private static final int MOST_REMEMBERED = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
  private static final Bearer FAILED = new Bearer.Unknown("token-check-failed");
  private static final Bearer NO_KEYS = new Bearer.Unknown("no-token-keys");
  private static final Bearer BUSY = new Bearer.Unknown("token-checks-busy");

  private final Vertx vertx;
  private final Clock clock;
  private final TokenRules rules;
  private final Keys keys;
  private final Map<Seen, TokenRules.Outcome> valid = new Remembered();
  private long validBy;
  private int underWay;

  private Tokens(Vertx vertx, Clock clock, TokenRules rules, Keys keys) {
    this.vertx = vertx;
    this.clock = clock;
    this.rules = rules;
    this.keys = keys;
  }

  /** Goes on reading keys until {@code vertx} is closed. */
  public static Tokens start(Vertx vertx, Clock clock, TokenSettings settings) {
    return new Tokens(vertx, clock, new TokenRules(settings), Keys.start(vertx, settings));
  }

  /** A token, without the token, for one gateway's identity. */
  private record Seen(Claim claim, String digest) {}

  /** The ones that were asked for last. */
  private static final class Remembered extends LinkedHashMap<Seen, TokenRules.Outcome> {
    private static final long serialVersionUID = 1L;

    Remembered() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Seen, TokenRules.Outcome> eldest) {
      return size() > MOST_REMEMBERED;
    }
  }

  /**
   * What a request's token comes to under each of these identities. Never fails.
   *
   * @param authorization the header as the client sent it; empty for none
   */
  public Future<Map<Claim, Bearer>> read(Set<Claim> claims, String authorization) {
    List<Future<Bearer>> asked = new ArrayList<>();
    Map<Claim, Bearer> bearers = new HashMap<>();
    for (var claim : claims) {
      asked.add(bearer(claim, authorization).onSuccess(b -> bearers.put(claim, b)));
    }
    return Future.join(asked).map(bearers);
  }

  private Future<Bearer> bearer(Claim claim, String authorization) {
    if (keys.held().keys().keys().isEmpty()) {
      return Future.succeededFuture(NO_KEYS);
    }
    var token = TokenRules.token(authorization);
    if (token.isEmpty()) {
      String reason = authorization.isEmpty() ? TokenRules.ABSENT : "token-malformed";
      return Future.succeededFuture(new Bearer.Unproven(reason));
    }
    var seen = new Seen(claim, digest(token.get()));
    return remembered(seen)
        .map(bearer -> Future.succeededFuture(bearer))
        .orElseGet(() -> judged(token.get(), seen));
  }

  private Optional<Bearer> remembered(Seen seen) {
    if (validBy != keys.held().number()) {
      valid.clear();
      validBy = keys.held().number();
    }
    var known = valid.get(seen);
    return known != null && clock.instant().isBefore(known.until())
        ? Optional.of(known.bearer())
        : Optional.empty();
  }

  /** A key that isn't held may have come just now: it is looked for once more. */
  private Future<Bearer> judged(String token, Seen seen) {
    var by = keys.held();
    return judge(token, seen, by)
        .compose(bearer ->
            bearer.equals(new Bearer.Unproven(TokenRules.KEY_UNKNOWN))
                ? keys.renewed()
                    .compose(now ->
                        now.number() == by.number()
                            ? Future.succeededFuture(bearer)
                            : judge(token, seen, now))
                : Future.succeededFuture(bearer));
  }

  private Future<Bearer> judge(String token, Seen seen, Keys.Edition by) {
    if (underWay >= MOST_UNDER_WAY) {
      return Future.succeededFuture(BUSY);
    }
    underWay++;
    Callable<TokenRules.Outcome> work =
        () -> rules.judge(token, seen.claim(), by.keys(), clock.instant());
    return vertx
        .executeBlocking(work, false)
        .onComplete(_ -> underWay--)
        .map(outcome -> kept(seen, by, Objects.requireNonNull(outcome)))
        .otherwise(Tokens::failed);
  }

  private Bearer kept(Seen seen, Keys.Edition by, TokenRules.Outcome outcome) {
    if (outcome.bearer() instanceof Bearer.Proven && by.number() == validBy) {
      valid.put(seen, outcome);
    }
    return outcome.bearer();
  }

  private static Bearer failed(Throwable e) {
    LOG.atError().setMessage("a token's check failed").addKeyValue("error", e.getClass()).log();
    return FAILED;
  }

  private static String digest(String token) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JRE has SHA-256", e);
    }
  }
}
