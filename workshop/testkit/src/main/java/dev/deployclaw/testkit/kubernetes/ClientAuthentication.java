package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.access.ClientUser;
import dev.deployclaw.testkit.kubernetes.access.TokenAuthenticator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

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
}
