package dev.deployclaw.container.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/** Tokens as those who vouch for callers sign them, well or badly. */
public final class SignedToken {
  /** By their ids: each takes a JVM without the second compiler most of a second. */
  private static final Map<String, RsaJsonWebKey> KEYS = new ConcurrentHashMap<>();

  private SignedToken() {}

  /** One key for each id, for all tests of this JVM, none of which changes it. */
  public static RsaJsonWebKey key(String id) {
    return KEYS.computeIfAbsent(id, SignedToken::generated);
  }

  private static RsaJsonWebKey generated(String id) {
    try {
      var key = RsaJwkGenerator.generateJwk(2048);
      key.setKeyId(id);
      key.setUse("sig");
      return key;
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @param change of what is signed, and by what
   */
  public static String of(JwtClaims claims, RsaJsonWebKey key, Consumer<JsonWebSignature> change) {
    var signed = new JsonWebSignature();
    signed.setPayload(claims.toJson());
    signed.setKey(key.getPrivateKey());
    signed.setKeyIdHeaderValue(key.getKeyId());
    signed.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
    change.accept(signed);
    try {
      return signed.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException(e);
    }
  }
}
