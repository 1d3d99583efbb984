package dev.deployclaw.ratelimit.token;

import java.security.Key;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.OctetSequenceJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.lang.JoseException;

/**
 * A key with the one algorithm that it is used with, so that what a token says of its algorithm
 * can't turn one kind of key into another.
 *
 * @param id the set's {@code kid}
 */
record TokenKey(Optional<String> id, String algorithm, Key key) {
  static final List<String> ALGORITHMS =
      List.of(
          "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
          "HS256", "HS384", "HS512");

  private static final Map<String, String> CURVES =
      Map.of("P-256", "ES256", "P-384", "ES384", "P-521", "ES512");

  @Override
  public String toString() {
    return "TokenKey[id=" + id.orElse("") + ", algorithm=" + algorithm + "]";
  }

  /**
   * One entry of a set.
   *
   * @throws IllegalArgumentException where it can't be used; the message names no part of the key
   */
  static TokenKey of(Map<String, Object> entry, List<String> allowed) {
    var jwk = read(entry);
    if (jwk.getUse() != null && !jwk.getUse().equals(Use.SIGNATURE)) {
      throw new IllegalArgumentException("is not for signatures");
    }
    if (jwk instanceof PublicJsonWebKey pair && pair.getPrivateKey() != null) {
      throw new IllegalArgumentException("holds a private key, which belongs to the issuer alone");
    }
    String algorithm = algorithm(jwk);
    if (!allowed.contains(algorithm)) {
      throw new IllegalArgumentException("is for " + algorithm + ", which isn't accepted");
    }
    return new TokenKey(Optional.ofNullable(jwk.getKeyId()), algorithm, jwk.getKey());
  }

  private static JsonWebKey read(Map<String, Object> entry) {
    try {
      return JsonWebKey.Factory.newJwk(entry);
    } catch (JoseException | RuntimeException e) {
      throw new IllegalArgumentException("isn't a readable key", e);
    }
  }

  /** What the key says, where it fits its kind; else what its kind is for. */
  private static String algorithm(JsonWebKey jwk) {
    String said = jwk.getAlgorithm();
    var fitting =
        switch (jwk) {
          case RsaJsonWebKey _ -> ALGORITHMS.subList(0, 6);
          case EllipticCurveJsonWebKey ec ->
              Optional.ofNullable(CURVES.get(ec.getCurveName())).stream().toList();
          case OctetKeyPairJsonWebKey pair when pair.getKey().getAlgorithm().equals("EdDSA") ->
              List.of("EdDSA");
          case OctetSequenceJsonWebKey _ when said != null -> ALGORITHMS.subList(10, 13);
          default -> List.<String>of();
        };
    if (fitting.isEmpty() || (said != null && !fitting.contains(said))) {
      throw new IllegalArgumentException(
          "names no algorithm for this type of key" + (said == null ? "" : ": " + said));
    }
    return said == null ? fitting.getFirst() : said;
  }
}
