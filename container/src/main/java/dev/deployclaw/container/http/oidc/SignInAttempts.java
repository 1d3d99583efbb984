package dev.deployclaw.container.http.oidc;

import dev.deployclaw.core.environment.SecretText;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Browsers that were sent to the provider and aren't back yet, in memory alone. Each is known by a
 * secret of its own, can come back once, and within minutes. A new one beyond a bound, of a network
 * and of all, takes the place of the oldest. Any thread.
 */
final class SignInAttempts {
  static final Duration LONGEST = Duration.ofMinutes(10);
  static final int MOST_OF_ONE_NETWORK = 64;
  static final int MOST = 2048;
  private static final int SECRET_BYTES = 32;

  private final LongSupplier nanos;

  /** By the hash of the browser's secret, oldest first. */
  private final Map<String, Attempt> open = new LinkedHashMap<>();

  /**
   * @param nanos a clock that never goes back
   */
  SignInAttempts(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * One of them.
   *
   * @param state comes back with the browser
   * @param nonce comes back within the identity token
   * @param verifier shows the provider that who exchanges the code asked for it (RFC 7636)
   */
  record Attempt(String state, String nonce, String verifier, String network, long begun) {
    /** What the provider is told of the verifier. */
    String challenge() {
      byte[] hash = HexFormat.of().parseHex(CanonicalJson.sha256(bytes(verifier)));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    @Override
    public String toString() {
      return "Attempt[***]";
    }
  }

  /**
   * A new one.
   *
   * @param secret that the browser keeps
   */
  record Begun(String secret, Attempt attempt) {}

  synchronized Begun begin(String network) {
    long now = nanos.getAsLong();
    open.values().removeIf(a -> isOver(a, now));
    makeRoom(a -> a.network().equals(network), MOST_OF_ONE_NETWORK);
    makeRoom(_ -> true, MOST);
    var attempt = new Attempt(secret(), secret(), secret(), network, now);
    String secret = secret();
    open.put(key(secret), attempt);
    return new Begun(secret, attempt);
  }

  /** The attempt of a browser that is back, once, where the state is its own. */
  synchronized Optional<Attempt> take(String secret, String state) {
    var attempt = open.get(key(secret));
    if (attempt == null || !MessageDigest.isEqual(bytes(state), bytes(attempt.state()))) {
      return Optional.empty();
    }
    open.remove(key(secret));
    return Optional.of(attempt).filter(a -> !isOver(a, nanos.getAsLong()));
  }

  synchronized int size() {
    return open.size();
  }

  private static boolean isOver(Attempt attempt, long now) {
    return now - attempt.begun() >= LONGEST.toNanos();
  }

  private void makeRoom(Predicate<Attempt> among, int most) {
    if (open.values().stream().filter(among).count() >= most) {
      open.entrySet().stream()
          .filter(e -> among.test(e.getValue()))
          .findFirst()
          .ifPresent(oldest -> open.remove(oldest.getKey()));
    }
  }

  /** In hexadecimal digits, which a verifier may have, too. */
  private static String secret() {
    return SecretText.hex(SECRET_BYTES);
  }

  private static String key(String secret) {
    return CanonicalJson.sha256(bytes(secret));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
