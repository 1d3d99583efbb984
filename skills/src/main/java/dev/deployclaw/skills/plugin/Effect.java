package dev.deployclaw.skills.plugin;

import java.util.Locale;
import java.util.Optional;

/** What an operation does to the world, from the least to the most. */
public enum Effect {
  /** Changes nothing. */
  OBSERVE,
  /** Writes only where nobody acts on it yet. */
  STAGE,
  /** Changes what somebody acts on. */
  ACTIVATE,
  /** Removes something for good. */
  DESTROY;

  /** As the configuration and messages spell it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Effect> of(String word) {
    for (Effect effect : values()) {
      if (effect.word().equals(word)) {
        return Optional.of(effect);
      }
    }
    return Optional.empty();
  }

  /** The one that does more. */
  public Effect orMore(Effect other) {
    return compareTo(other) < 0 ? other : this;
  }
}
