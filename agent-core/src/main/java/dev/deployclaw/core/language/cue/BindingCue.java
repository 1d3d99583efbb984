package dev.deployclaw.core.language.cue;

import dev.deployclaw.core.task.Intent;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Words that bind an order as a whole, beside its values.
 *
 * @param from first character in the request, from 0
 * @param to one past the last
 */
public record BindingCue(Kind kind, int from, int to) {

  /** What such words do to the order, and which readings say so themselves. */
  public enum Kind {
    /** For people: it binds nothing. */
    SOCIAL(_ -> true),
    /** Somebody has to agree before. */
    APPROVAL(intent -> intent.guards().manual()),
    /** It holds, begins or ends only if something else does. */
    CONDITION(_ -> false),
    /** A group is left out. */
    EXCEPTION(intent -> intent.changes().stream().anyMatch(c -> !c.who().except().isEmpty())),
    /** Something mustn't be done. */
    DENIAL(_ -> false),
    /** Nothing is to be done, or not yet. */
    NOTHING(intent -> intent.guards().dryRun() || intent.guards().manual()),
    /** It may not be wanted. */
    DOUBT(_ -> false),
    /** A value before it, or the order, is taken back. */
    CORRECTION(_ -> false),
    /** How it is before comes back. */
    RESTORE(intent -> intent.schedule().ends()),
    /** Not before its time. */
    LATER(intent -> intent.schedule().startAt().isPresent()),
    /** At once. */
    NOW(intent -> intent.schedule().startAt().isEmpty()),
    /** All others follow. */
    WIDENING(intent -> intent.guards().canaryPercent().isPresent()),
    /** What happens while Redis is away. */
    FALLBACK(
        intent -> intent.changes().stream().anyMatch(c -> c.set().onBackendFailure().isPresent())),
    /** It is for each day, user or the like by itself. */
    SHARE(_ -> false);

    private final Predicate<Intent> said;

    Kind(Predicate<Intent> said) {
      this.said = said;
    }

    /** Whether a reading has what such words say. */
    public boolean isIn(Intent reading) {
      return said.test(reading);
    }

    /** Whether a reading's values inside such words are judged by the words alone. */
    public boolean isWhole() {
      return switch (this) {
        case SOCIAL, WIDENING, RESTORE, NOW, LATER -> true;
        case APPROVAL, CONDITION, EXCEPTION, DENIAL, NOTHING, DOUBT, CORRECTION, FALLBACK, SHARE ->
            false;
      };
    }

    static Kind of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }
}
