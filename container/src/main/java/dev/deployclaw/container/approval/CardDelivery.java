package dev.deployclaw.container.approval;

import java.time.Duration;
import java.util.Optional;

/** What came of showing a card. */
public sealed interface CardDelivery {
  /**
   * It is there.
   *
   * @param reference by which it is found again
   */
  record Shown(String reference) implements CardDelivery {}

  /**
   * It may work later.
   *
   * @param after what the channel asks to wait
   */
  record Later(String why, Optional<Duration> after) implements CardDelivery {}

  /**
   * The channel answers, and doesn't take this card; it may once somebody corrected the channel.
   */
  record Refused(String why) implements CardDelivery {}

  /** It wasn't answered: it may arrive yet. */
  record Unknown(String why) implements CardDelivery {}

  /** The message isn't there any more, so nothing is left to rewrite. */
  record Gone(String why) implements CardDelivery {}

  static Later later(String why) {
    return new Later(why, Optional.empty());
  }
}
