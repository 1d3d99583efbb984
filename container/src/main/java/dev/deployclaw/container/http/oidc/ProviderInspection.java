package dev.deployclaw.container.http.oidc;

import dev.deployclaw.container.config.OidcConfig;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * What a provider answers now, for {@code doctor}.
 *
 * @param keys usable ones
 * @param ahead by how much its clock is ahead of ours, to a second; empty where it doesn't say
 * @param signsIn whether it names the addresses at which browsers sign in
 */
public record ProviderInspection(int keys, Optional<Duration> ahead, boolean signsIn) {
  /** Tokens are taken with clocks that differ by so much. */
  public static final Duration LEEWAY = ProviderTokenVerifier.LEEWAY;

  /**
   * Asks for discovery document and keys.
   *
   * @throws IOException where they can't be had, or are another issuer's; the message is for people
   */
  public static ProviderInspection of(OidcConfig settings, InstantSource clock)
      throws IOException, InterruptedException {
    var answer = new ProviderClient(settings.issuer()).look();
    return new ProviderInspection(
        answer.keys().size(),
        answer.date().flatMap(date -> ahead(date, clock)),
        answer.document().browsers().isPresent());
  }

  /** By the header {@code Date} (RFC 9110, 6.6.1). */
  private static Optional<Duration> ahead(String date, InstantSource clock) {
    try {
      var theirs = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(Duration.ofSeconds(Duration.between(clock.instant(), theirs).toSeconds()));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
