package dev.deployclaw.ratelimit.token;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * With what bearer tokens are verified. Whose tokens they must be, and for whom, is in the policy
 * set.
 *
 * @param algorithms of JSON Web Signatures that are accepted; a key is used with one of them alone
 * @param leeway by how much a token's times may be off this machine's clock
 * @param longestLife a token that is valid for longer from now on isn't believed
 */
public record TokenSettings(
    JwksSource keys, List<String> algorithms, Duration leeway, Duration longestLife) {
  /** Those of public keys that are common; {@code none} can't be named at all. */
  public static final List<String> USUAL = List.of("RS256", "ES256", "EdDSA");

  public static final Duration LONGEST_LEEWAY = Duration.ofMinutes(5);

  public static final Duration USUAL_LIFE = Duration.ofDays(1);

  public static final Duration LONGEST_LIFE = Duration.ofDays(366);

  /** No token is valid. */
  public static final TokenSettings NONE =
      new TokenSettings(new JwksSource.None(), USUAL, Duration.ZERO, TokenSettings.USUAL_LIFE);

  public TokenSettings {
    algorithms = List.copyOf(algorithms);
    for (String algorithm : algorithms) {
      if (!TokenKey.ALGORITHMS.contains(algorithm)) {
        throw new IllegalArgumentException(
            "unknown algorithm "
                + algorithm
                + "; known: "
                + String.join(", ", TokenKey.ALGORITHMS));
      }
    }
  }

  /** Why a file of keys can't be used as it is now; a URL isn't asked. */
  public Optional<String> trouble() {
    if (!(keys instanceof JwksSource.File file)) {
      return Optional.empty();
    }
    try {
      TokenKeySet.parse(file.read(), algorithms);
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.of(file.path() + ": " + e.getMessage());
    }
  }
}
