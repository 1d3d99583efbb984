package dev.deployclaw.container.http.oidc;

import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.http.exchange.ApiCaller;
import dev.deployclaw.container.http.exchange.CredentialCheck;
import dev.deployclaw.policy.json.CanonicalJson;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/**
 * Who shows a provider's token (RFC 7519, with the advice of RFC 8725): signed, in compact form, by
 * one of the provider's public keys, of its issuer, for our audience, neither expired nor of the
 * future nor valid for more than a day. What a token says of keys ({@code jku}, {@code jwk}, {@code
 * x5c}) isn't looked at. A valid token is remembered by its digest until it expires or a key is
 * gone. Any thread.
 */
public final class ProviderTokenVerifier {
  /** Longer tokens aren't looked at. */
  static final int LONGEST = 8 << 10;

  private static final int MOST_REMEMBERED = 4096;
  static final Duration LEEWAY = Duration.ofSeconds(30);
  private static final Duration LONGEST_LIFE = Duration.ofDays(1);
  private static final String MALFORMED = "the token can't be read";
  private static final String KEY_UNKNOWN =
      "the token's key isn't one of the provider's; they are read again, so call again in seconds";

  /** Public keys alone: a secret that both sides know would let this side make tokens. */
  private static final Set<String> ALGORITHMS =
      Set.of(
          "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA");

  /** An identity or an access token; a logout token says that it is one. */
  private static final Set<String> TYPES = Set.of("", "jwt", "at+jwt");

  /** As configurations and logs have names. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  /** By what is wrong first; the library's own messages quote the token. */
  private static final List<Map.Entry<Integer, String>> REASONS =
      List.of(
          Map.entry(ErrorCodes.SIGNATURE_INVALID, "the token's signature is wrong"),
          Map.entry(ErrorCodes.SIGNATURE_MISSING, "the token isn't signed"),
          Map.entry(ErrorCodes.EXPIRED, "the token expired"),
          Map.entry(ErrorCodes.EXPIRATION_MISSING, "the token doesn't say when it expires"),
          Map.entry(ErrorCodes.NOT_YET_VALID, "the token isn't valid yet"),
          Map.entry(ErrorCodes.ISSUER_INVALID, "the token is from another issuer"),
          Map.entry(ErrorCodes.ISSUER_MISSING, "the token is from another issuer"),
          Map.entry(ErrorCodes.AUDIENCE_INVALID, "the token is for another audience"),
          Map.entry(ErrorCodes.AUDIENCE_MISSING, "the token is for another audience"));

  private final OidcConfig settings;
  private final ProviderKeys keys;
  private final InstantSource clock;
  private final Map<String, Remembered> valid = new LinkedHashMap<>(16, 0.75f, true);
  private long rememberedBy;

  public ProviderTokenVerifier(OidcConfig settings, ProviderKeys keys, InstantSource clock) {
    this.settings = settings;
    this.keys = keys;
    this.clock = clock;
  }

  private record Remembered(ApiCaller caller, Instant until) {}

  /** Whether a text has the form of a signed token: three parts. */
  public static boolean fits(String token) {
    return token.length() <= LONGEST && token.chars().filter(c -> c == '.').count() == 2;
  }

  /** Whether it was valid before, so that to check it costs nothing. */
  public synchronized boolean remembers(String token) {
    return remembered(CanonicalJson.sha256(token), keys.held()) != null;
  }

  /** Costs up to a millisecond, where the token isn't remembered. */
  public CredentialCheck check(String token) {
    var edition = keys.held();
    if (edition.keys().isEmpty()) {
      keys.want();
      return new CredentialCheck.Undecided("the OpenID Connect provider's keys can't be read");
    }
    String digest = CanonicalJson.sha256(token);
    synchronized (this) {
      var known = remembered(digest, edition);
      if (known != null) {
        return new CredentialCheck.Known(known.caller());
      }
    }
    return judged(
        token, consumer(edition, settings.audience()), claims -> accepted(claims, digest, edition));
  }

  /**
   * Who an identity token is of.
   *
   * @param edition of the keys by which it was checked
   */
  record Identified(CredentialCheck check, long edition) {}

  /** Of an identity token that was asked for just now (OpenID Connect Core 1.0, 3.1.3.7). */
  Identified identify(String token, String client, String nonce) {
    var edition = keys.held();
    if (token.length() > LONGEST) {
      return new Identified(new CredentialCheck.Refused("the token is too long"), edition.number());
    }
    var check =
        judged(
            token,
            consumer(edition, client),
            claims -> {
              var objection = objection(claims, client, nonce);
              return objection.isPresent()
                  ? new CredentialCheck.Refused(objection.get())
                  : caller(claims);
            });
    return new Identified(
        check.equals(new CredentialCheck.Refused(KEY_UNKNOWN))
            ? new CredentialCheck.Undecided(KEY_UNKNOWN)
            : check,
        edition.number());
  }

  private static Optional<String> objection(JwtClaims claims, String client, String nonce)
      throws MalformedClaimException {
    if (!nonce.equals(claims.getClaimValue("nonce"))) {
      return Optional.of("the token is from another sign-in");
    }
    var party = claims.getClaimValue("azp");
    boolean several = claims.getAudience().size() > 1;
    return client.equals(party) || (party == null && !several)
        ? Optional.empty()
        : Optional.of("the token was made for another client");
  }

  /** Whether no key was withdrawn since an edition. */
  public boolean isCurrent(long edition) {
    return keys.isCurrent(edition);
  }

  /** What follows from the claims of a token that is signed, for us, and valid now. */
  @FunctionalInterface
  private interface ClaimsCheck {
    CredentialCheck of(JwtClaims claims) throws MalformedClaimException;
  }

  private CredentialCheck judged(String token, JwtConsumer consumer, ClaimsCheck check) {
    try {
      var objection = objection(token);
      return objection.isPresent()
          ? new CredentialCheck.Refused(objection.get())
          : check.of(consumer.processToClaims(token));
    } catch (InvalidJwtException e) {
      return new CredentialCheck.Refused(reason(e));
    } catch (JoseException | MalformedClaimException | RuntimeException e) {
      return new CredentialCheck.Refused(MALFORMED); // the library's casts believe a token
    }
  }

  private CredentialCheck accepted(JwtClaims claims, String digest, ProviderKeys.Edition edition)
      throws MalformedClaimException {
    var check = caller(claims);
    if (check instanceof CredentialCheck.Known(var caller)) {
      remember(digest, edition, new Remembered(caller, end(claims)));
    }
    return check;
  }

  private static Instant end(JwtClaims claims) throws MalformedClaimException {
    return Instant.ofEpochSecond(claims.getExpirationTime().getValue()).plus(LEEWAY);
  }

  private CredentialCheck caller(JwtClaims claims) throws MalformedClaimException {
    if (end(claims).isAfter(clock.instant().plus(LONGEST_LIFE).plus(LEEWAY).plus(LEEWAY))) {
      return new CredentialCheck.Refused("the token is valid for more than a day");
    }
    if (!(claims.getClaimValue(settings.nameClaim()) instanceof String name)
        || !NAME.matcher(name).matches()) {
      return new CredentialCheck.Refused(
          "the token's claim %s isn't a name of 1 to 64 letters, digits and . _ @ -"
              .formatted(settings.nameClaim()));
    }
    var roles = settings.rolesOf(texts(claims.getClaimsMap(), settings.rolesClaim()));
    return new CredentialCheck.Known(new ApiCaller(name, roles));
  }

  private JwtConsumer consumer(ProviderKeys.Edition edition, String audience) {
    return new JwtConsumerBuilder()
        .setJwsAlgorithmConstraints(
            new AlgorithmConstraints(ConstraintType.PERMIT, ALGORITHMS.toArray(String[]::new)))
        .setVerificationKeyResolver(new JwksVerificationKeyResolver(edition.keys()))
        .setRequireExpirationTime()
        .setEvaluationTime(NumericDate.fromSeconds(clock.instant().getEpochSecond()))
        .setAllowedClockSkewInSeconds(Math.toIntExact(LEEWAY.toSeconds()))
        .setExpectedIssuer(true, settings.issuer().toString())
        .setExpectedAudience(true, audience)
        .build();
  }

  /** What its header says against it, before a key is looked for. */
  private static Optional<String> objection(String token) throws JoseException {
    if (!(JsonWebStructure.fromCompactSerialization(token) instanceof JsonWebSignature signed)) {
      return Optional.of("the token isn't signed");
    }
    if (!ALGORITHMS.contains(signed.getAlgorithmHeaderValue())) {
      return Optional.of("the token isn't signed with a private key");
    }
    String type = Objects.requireNonNullElse(signed.getHeader("typ"), "");
    return TYPES.contains(type.toLowerCase(Locale.ROOT).replaceFirst("^application/", ""))
        ? Optional.empty()
        : Optional.of("the token is of another kind");
  }

  private String reason(InvalidJwtException e) {
    if (e.getCause() instanceof UnresolvableKeyException) {
      keys.want();
      return KEY_UNKNOWN;
    }
    return REASONS.stream()
        .filter(r -> e.hasErrorCode(r.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(MALFORMED);
  }

  private synchronized @Nullable Remembered remembered(
      String digest, ProviderKeys.Edition edition) {
    if (rememberedBy != edition.number() || edition.keys().isEmpty()) {
      valid.clear();
      rememberedBy = edition.number();
    }
    var known = valid.get(digest);
    return known != null && clock.instant().isBefore(known.until()) ? known : null;
  }

  private synchronized void remember(
      String digest, ProviderKeys.Edition edition, Remembered caller) {
    if (rememberedBy == edition.number()) {
      valid.put(digest, caller);
      if (valid.size() > MOST_REMEMBERED) {
        valid.remove(valid.keySet().iterator().next());
      }
    }
  }

  /**
   * A claim's texts: those of a list, or of one text with spaces between them.
   *
   * @param path a claim's whole name, or dots that lead into objects; the name comes first
   */
  private static List<String> texts(Map<?, ?> claims, String path) {
    if (claims.containsKey(path)) {
      return texts(claims.get(path));
    }
    int dot = path.indexOf('.');
    return dot > 0 && claims.get(path.substring(0, dot)) instanceof Map<?, ?> inner
        ? texts(inner, path.substring(dot + 1))
        : List.of();
  }

  private static List<String> texts(Object value) {
    return switch (value) {
      case List<?> list ->
          list.stream().filter(String.class::isInstance).map(String.class::cast).toList();
      case String text -> Stream.of(text.split(" ", -1)).filter(t -> !t.isEmpty()).toList();
      case null, default -> List.of();
    };
  }
}
