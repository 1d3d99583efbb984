package dev.deployclaw.ratelimit.token;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.OctJwkGenerator;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.EllipticCurves;

/** Who makes tokens in tests: real keys, real signatures, and what a forger would try. */
public final class Issuer {
  public static final String NAME = "https://login.example.test";
  public static final String AUDIENCE = "api";

  private final List<JsonWebKey> keys = new ArrayList<>();

  /** A key of each kind by name: {@code rsa}, {@code ec}, {@code ed}. */
  public static Issuer ofEachKind() {
    return new Issuer().rsa("rsa").with("ec", Issuer::ec).with("ed", Issuer::ed);
  }

  private interface Made {
    JsonWebKey key() throws Exception;
  }

  public Issuer rsa(String id) {
    return with(id, () -> RsaJwkGenerator.generateJwk(2048));
  }

  public Issuer secret(String id) {
    return with(
        id,
        () -> {
          var key = OctJwkGenerator.generateJwk(256);
          key.setAlgorithm("HS256");
          return key;
        });
  }

  private static JsonWebKey ec() throws Exception {
    return EcJwkGenerator.generateJwk(EllipticCurves.P256);
  }

  private static JsonWebKey ed() throws Exception {
    return OkpJwkGenerator.generateJwk("Ed25519");
  }

  private Issuer with(String id, Made made) {
    try {
      var key = made.key();
      key.setKeyId(id);
      keys.add(key);
      return this;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The published set; secrets are in it, private keys aren't. */
  public String keySet() {
    return keySet(keys.stream().map(JsonWebKey::getKeyId).toArray(String[]::new));
  }

  public String keySet(String... ids) {
    var texts =
        List.of(ids).stream()
            .map(id -> key(id))
            .map(k ->
                k.toJson(
                    k instanceof PublicJsonWebKey
                        ? OutputControlLevel.PUBLIC_ONLY
                        : OutputControlLevel.INCLUDE_SYMMETRIC))
            .toList();
    return "{\"keys\":[" + String.join(",", texts) + "]}";
  }

  JsonWebKey key(String id) {
    return keys.stream().filter(k -> k.getKeyId().equals(id)).findFirst().orElseThrow();
  }

  /**
   * Claims that are valid for an hour, with others laid over them; the empty text takes one away.
   */
  public static Map<String, Object> claims(String tenant, Map<String, ?> over) {
    long now = Instant.now().getEpochSecond();
    var claims = new LinkedHashMap<String, Object>();
    claims.put("iss", NAME);
    claims.put("aud", AUDIENCE);
    claims.put("exp", now + 3600);
    claims.put("tenant", tenant);
    over.forEach((name, value) -> {
      if (value.equals("")) {
        claims.remove(name);
      } else {
        claims.put(name, value);
      }
    });
    return claims;
  }

  public String token(String key, String algorithm, String tenant) {
    return token(key, algorithm, claims(tenant, Map.of()));
  }

  public String token(String key, String algorithm, Map<String, Object> claims) {
    return token(key, algorithm, Map.of("kid", key), claims);
  }

  /**
   * @param header what the token says of its key
   */
  String token(
      String key, String algorithm, Map<String, String> header, Map<String, Object> claims) {
    try {
      var jwk = key(key);
      var signed = new JsonWebSignature();
      signed.setPayload(JsonUtil.toJson(claims));
      signed.setAlgorithmHeaderValue(algorithm);
      header.forEach(signed::setHeader);
      signed.setKey(jwk instanceof PublicJsonWebKey pair ? pair.getPrivateKey() : jwk.getKey());
      return signed.getCompactSerialization();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without a signature: {@code alg: none}, in the spelling that is given. */
  public String unsigned(String none, String tenant) {
    return part("{\"alg\":\"" + none + "\",\"kid\":\"rsa\"}")
        + "."
        + part(JsonUtil.toJson(claims(tenant, Map.of())))
        + ".";
  }

  /** Signed with HMAC, the published bytes of a public key as the secret. */
  public String confused(String key, String tenant) {
    byte[] published = ((PublicJsonWebKey) key(key)).getPublicKey().getEncoded();
    String signed =
        part("{\"alg\":\"HS256\",\"kid\":\"" + key + "\"}")
            + "."
            + part(JsonUtil.toJson(claims(tenant, Map.of())));
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(published, "HmacSHA256"));
      return signed + "." + part(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Another tenant's claims under a signature that was for others. */
  public static String spliced(String token, String tenant) {
    var parts = token.split("\\.", -1);
    return parts[0] + "." + part(JsonUtil.toJson(claims(tenant, Map.of()))) + "." + parts[2];
  }

  private static String part(String text) {
    return part(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String part(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
