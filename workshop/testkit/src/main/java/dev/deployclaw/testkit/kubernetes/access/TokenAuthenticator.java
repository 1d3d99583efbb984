package dev.deployclaw.testkit.kubernetes.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens that say whom they are of and prove it, so that a server that is started again knows them.
 * They don't expire.
 */
public record TokenAuthenticator(String key) {
  private static final String HMAC = "HmacSHA256";

  public String of(ClientUser user) {
    byte[] name = user.name().getBytes(StandardCharsets.UTF_8);
    return encoded(name) + "." + encoded(proof(name));
  }

  /** Whose it is; empty where it is none of ours. */
  public Optional<ClientUser> user(String shown) {
    int dot = shown.indexOf('.');
    if (dot < 0) {
      return Optional.empty();
    }
    try {
      byte[] name = Base64.getUrlDecoder().decode(shown.substring(0, dot));
      byte[] proof = Base64.getUrlDecoder().decode(shown.substring(dot + 1));
      return MessageDigest.isEqual(proof, proof(name))
          ? Optional.of(ClientUser.named(new String(name, StandardCharsets.UTF_8)))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private byte[] proof(byte[] name) {
    try {
      var mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), HMAC));
      return mac.doFinal(name);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public String toString() {
    return "Tokens";
  }
}
