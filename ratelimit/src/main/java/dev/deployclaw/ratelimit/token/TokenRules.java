package dev.deployclaw.ratelimit.token;

import dev.deployclaw.policy.model.DnsLabel;
import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import java.security.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * When a token is valid (RFC 7519, with the advice of RFC 8725): signed, in compact form, by a key
 * of the set with that key's one algorithm, of the issuer and for the audience that the gateway's
 * identity names, neither expired nor of the future. It must say when it expires, and that soon
 * enough. Nothing that a token itself says of keys ({@code jku}, {@code jwk}, {@code x5c}) is
 * looked at.
 */
record TokenRules(TokenSettings settings) {
  static final String ABSENT = "no-token";
  static final String KEY_UNKNOWN = "token-key-unknown";

  /** Stays so as long as the keys do. */
  static final TokenVerification FORGED = new TokenVerification.Unproven("token-signature");

  /** Longer tokens aren't looked at. */
  static final int LONGEST = 8 << 10;

  /** After that, a token is checked again. */
  private static final Duration LONGEST_VALID = Duration.ofHours(1);

  private static final String SCHEME = "bearer ";

  /** By what is wrong first; the library's own messages quote the token. */
  private static final List<Map.Entry<Integer, String>> REASONS =
      List.of(
          Map.entry(ErrorCodes.SIGNATURE_INVALID, "token-signature"),
          Map.entry(ErrorCodes.SIGNATURE_MISSING, "token-unsigned"),
          Map.entry(ErrorCodes.EXPIRED, "token-expired"),
          Map.entry(ErrorCodes.EXPIRATION_MISSING, "token-without-expiry"),
          Map.entry(ErrorCodes.NOT_YET_VALID, "token-not-yet-valid"),
          Map.entry(ErrorCodes.ISSUER_INVALID, "token-of-another-issuer"),
          Map.entry(ErrorCodes.ISSUER_MISSING, "token-of-another-issuer"),
          Map.entry(ErrorCodes.AUDIENCE_INVALID, "token-for-another-audience"),
          Map.entry(ErrorCodes.AUDIENCE_MISSING, "token-for-another-audience"));

  /**
   * @param until it holds until then at the longest, with the same keys
   */
  record Outcome(TokenVerification bearer, Instant until) {
    static Outcome unproven(String reason) {
      return new Outcome(new TokenVerification.Unproven(reason), Instant.MIN);
    }
  }

  /** The token in an {@code Authorization} header; empty where it has none that is looked at. */
  static Optional<String> token(String authorization) {
    if (!authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      return Optional.empty();
    }
    return Optional.of(authorization.substring(SCHEME.length()).strip())
        .filter(t -> !t.isEmpty() && t.length() <= LONGEST);
  }

  /** Costs up to a millisecond of CPU. */
  Outcome judge(String token, Claim claim, TokenKeySet keys, Instant now) {
    var signed =
        consumer(claim, now)
            .setJwsAlgorithmConstraints(
                new AlgorithmConstraints(
                    ConstraintType.PERMIT, settings.algorithms().toArray(String[]::new)))
            .setVerificationKeyResolver((jws, _) -> key(jws, keys));
    return outcome(signed.build(), token, claim, now);
  }

  /**
   * Why a token isn't valid whatever its signature is: costs some microseconds. Empty where the
   * signature has to be looked at.
   */
  Optional<TokenVerification.Unproven> refused(
      String token, Claim claim, TokenKeySet keys, Instant now) {
    try {
      var structure = JsonWebStructure.fromCompactSerialization(token);
      if (!(structure instanceof JsonWebSignature jws)) {
        return Optional.of(new TokenVerification.Unproven("token-malformed"));
      }
      key(jws, keys);
    } catch (UnresolvableKeyException e) {
      return Optional.of(new TokenVerification.Unproven(KEY_UNKNOWN));
    } catch (JoseException | RuntimeException e) { // its casts believe what a token says
      return Optional.of(new TokenVerification.Unproven("token-malformed"));
    }
    var unsigned = consumer(claim, now).setSkipSignatureVerification().build();
    return outcome(unsigned, token, claim, now).bearer()
            instanceof TokenVerification.Unproven unproven
        ? Optional.of(unproven)
        : Optional.empty();
  }

  private Outcome outcome(JwtConsumer consumer, String token, Claim claim, Instant now) {
    try {
      var claims = consumer.processToClaims(token);
      if (livesTooLong(claims, now)) {
        return Outcome.unproven("token-lives-too-long");
      }
      return claims.getClaimValue(claim.name()) instanceof String tenant && DnsLabel.isLabel(tenant)
          ? new Outcome(new TokenVerification.Proven(tenant), until(claims, now))
          : Outcome.unproven("token-names-no-tenant");
    } catch (InvalidJwtException e) {
      return Outcome.unproven(reason(e));
    } catch (MalformedClaimException | RuntimeException e) {
      return Outcome.unproven("token-malformed");
    }
  }

  private JwtConsumerBuilder consumer(Claim claim, Instant now) {
    return new JwtConsumerBuilder()
        .setRequireExpirationTime()
        .setEvaluationTime(NumericDate.fromSeconds(now.getEpochSecond()))
        .setAllowedClockSkewInSeconds(Math.toIntExact(settings.leeway().toSeconds()))
        .setExpectedIssuer(true, claim.issuer())
        .setExpectedAudience(true, claim.audience());
  }

  /** One that was stolen can't be called back: it has to end by itself. */
  private boolean livesTooLong(JwtClaims claims, Instant now) throws MalformedClaimException {
    var longest = now.plus(settings.longestLife()).plus(settings.leeway());
    return claims.getExpirationTime().getValue() > longest.getEpochSecond();
  }

  private static Key key(JsonWebSignature jws, TokenKeySet keys) throws UnresolvableKeyException {
    var id = Optional.ofNullable(jws.getKeyIdHeaderValue());
    return keys.key(id, jws.getAlgorithmHeaderValue())
        .map(TokenKey::key)
        .orElseThrow(() -> new UnresolvableKeyException("no key with that name and algorithm"));
  }

  private Instant until(JwtClaims claims, Instant now) throws MalformedClaimException {
    long expiry = claims.getExpirationTime().getValue();
    long most = now.plus(LONGEST_VALID).getEpochSecond();
    return Instant.ofEpochSecond(Math.min(expiry, most)).plus(settings.leeway());
  }

  private static String reason(InvalidJwtException e) {
    if (e.getCause() instanceof UnresolvableKeyException) {
      return KEY_UNKNOWN;
    }
    return REASONS.stream()
        .filter(r -> e.hasErrorCode(r.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("token-malformed");
  }
}
