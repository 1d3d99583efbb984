package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.access.ClientUser;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Who is let in, by which token. For many threads.
 *
 * @param administrator the token of one that may do all things; empty where all whom nobody knows
 *     may
 */
record ClientAuthentication(
    Optional<String> administrator, Map<String, ClientUser> known, TokenAuthenticator tokens) {
  private static final Duration YEAR = Duration.ofDays(365);

  static ClientAuthentication of(Optional<String> administrator) {
    String key = administrator.orElseGet(() -> UUID.randomUUID().toString());
    return new ClientAuthentication(
        administrator, new ConcurrentHashMap<>(), new TokenAuthenticator(key));
  }

  /** Empty for a stranger. */
  Optional<ClientUser> user(String authorization) {
    String shown = authorization.replaceFirst("^Bearer ", "");
    return known.entrySet().stream()
        .filter(e -> same(e.getKey(), shown))
        .map(Map.Entry::getValue)
        .findFirst()
        .or(() -> tokens.user(shown))
        .or(() ->
            administrator.map(t -> same(t, shown)).orElse(true)
                ? Optional.of(ClientUser.ADMINISTRATOR)
                : Optional.empty());
  }

  /** A token of a service account ({@code TokenRequest}). */
  ObjectNode token(ResourcePath account) {
    String name = "system:serviceaccount:" + account.namespace() + ":" + account.name();
    ObjectNode out = ApiServer.JSON.createObjectNode();
    out.put("kind", "TokenRequest").put("apiVersion", "authentication.k8s.io/v1");
    ObjectNode status = out.putObject("status").put("token", tokens.of(ClientUser.named(name)));
    var end = Instant.now().plus(YEAR).truncatedTo(ChronoUnit.SECONDS);
    status.put("expirationTimestamp", end.toString());
    return out;
  }

  private static boolean same(String token, String shown) {
    return MessageDigest.isEqual(
        token.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Tokens that say whom they are of and prove it, so that a server that is started again knows
   * them. They don't expire.
   */
  private record TokenAuthenticator(String key) {
    private static final String HMAC = "HmacSHA256";

    String of(ClientUser user) {
      byte[] name = user.name().getBytes(StandardCharsets.UTF_8);
      return encoded(name) + "." + encoded(proof(name));
    }

    /** Whose it is; empty where it is none of ours. */
    Optional<ClientUser> user(String shown) {
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
}
