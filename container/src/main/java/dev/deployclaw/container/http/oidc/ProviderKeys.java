package dev.deployclaw.container.http.oidc;

import dev.deployclaw.container.http.oidc.ProviderClient.ProviderAnswer;
import dev.deployclaw.container.http.oidc.ProviderDocument.SignInEndpoints;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jose4j.jwk.JsonWebKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The provider's keys, and where people sign in, as they were read last. They are read again every
 * few minutes, and soon after a token names one that isn't there. While they can't be read the last
 * ones hold, for a day. Any thread; {@link #look} blocks and is called by one.
 */
public final class ProviderKeys {
  private static final Logger LOG = LoggerFactory.getLogger(ProviderKeys.class);
  private static final Duration PERIOD = Duration.ofMinutes(5);

  /** However many tokens name unknown keys, they are read again no sooner. */
  private static final Duration SOONEST = Duration.ofSeconds(5);

  private static final Duration LONGEST_HELD = Duration.ofDays(1);

  private final ProviderClient client;
  private final InstantSource clock;
  private Edition held = new Edition(0, List.of(), Instant.MIN);
  private Optional<SignInEndpoints> endpoints = Optional.empty();
  private Instant askedAt = Instant.MIN;
  private boolean wanted = true;
  private String trouble = "";

  public ProviderKeys(URI issuer, InstantSource clock) {
    this(new ProviderClient(issuer), clock);
  }

  ProviderKeys(ProviderClient client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
  }

  /**
   * @param number grows when one of them is gone: what another one signed stays valid
   */
  record Edition(long number, List<JsonWebKey> keys, Instant readAt) {}

  /** The keys; none where they are too old to go by. */
  synchronized Edition held() {
    boolean holds = held.number() > 0 && held.readAt().plus(LONGEST_HELD).isAfter(clock.instant());
    return holds ? held : new Edition(held.number(), List.of(), held.readAt());
  }

  /** Whether no key of an edition, by its number, was withdrawn. */
  synchronized boolean isCurrent(long number) {
    return held.number() == number;
  }

  /** Where people sign in; empty while the provider can't be asked, or doesn't say. */
  synchronized Optional<SignInEndpoints> endpoints() {
    if (!trouble.isEmpty() || held.number() == 0) {
      wanted = true;
      return Optional.empty();
    }
    return endpoints;
  }

  /** Some token names a key that isn't there. */
  synchronized void want() {
    wanted = true;
  }

  /** Reads the keys if it is time to. */
  public void look() throws InterruptedException {
    if (!isDue()) {
      return;
    }
    try {
      taken(client.look());
    } catch (IOException e) {
      failed(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }
  }

  private synchronized boolean isDue() {
    var now = clock.instant();
    boolean due = isOver(askedAt, PERIOD, now) || (wanted && isOver(askedAt, SOONEST, now));
    if (due) {
      askedAt = now;
      wanted = false;
    }
    return due;
  }

  private static boolean isOver(Instant since, Duration time, Instant now) {
    return since.equals(Instant.MIN) || !now.isBefore(since.plus(time));
  }

  private synchronized void taken(ProviderAnswer answer) {
    var keys = answer.keys();
    endpoints = answer.document().browsers();
    if (held.number() == 0 || !trouble.isEmpty()) {
      LOG.atInfo().addKeyValue("keys", keys.size()).log("The provider's keys were read");
    }
    trouble = "";
    boolean all = held.number() > 0 && texts(keys).containsAll(texts(held.keys()));
    held = new Edition(held.number() + (all ? 0 : 1), keys, clock.instant());
  }

  private static Set<String> texts(List<JsonWebKey> keys) {
    return keys.stream().map(JsonWebKey::toJson).collect(Collectors.toSet());
  }

  private synchronized void failed(String why) {
    wanted = true;
    if (!why.equals(trouble)) {
      trouble = why;
      LOG.atWarn()
          .addKeyValue("reason", why)
          .addKeyValue("held", held.keys().size())
          .log("The provider's keys can't be read; the previous ones stay in use");
    }
  }
}
