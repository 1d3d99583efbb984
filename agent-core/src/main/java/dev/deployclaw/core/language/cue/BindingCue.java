package dev.deployclaw.core.language.cue;

import dev.deployclaw.core.task.Intent;
import java.util.Locale;

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
    SOCIAL,
    /** Somebody has to agree before. */
    APPROVAL,
    /** It holds, begins or ends only if something else does. */
    CONDITION,
    /** A group is left out. */
    EXCEPTION,
    /** Something mustn't be done. */
    DENIAL,
    /** Nothing is to be done, or not yet. */
    NOTHING,
    /** It may not be wanted. */
    DOUBT,
    /** A value before it, or the order, is taken back. */
    CORRECTION,
    /** How it is before comes back. */
    RESTORE,
    /** Not before its time. */
    LATER,
    /** At once. */
    NOW,
    /** All others follow. */
    WIDENING,
    /** What happens while Redis is away. */
    FALLBACK,
    /** It is for each day, user or the like by itself. */
    SHARE;

    /** Whether a reading has what such words say. */
    public boolean isIn(Intent reading) {
      return switch (this) {
        case SOCIAL -> true;
        case APPROVAL -> reading.guards().manual();
        case CONDITION, DENIAL, DOUBT, CORRECTION, SHARE -> false;
        case EXCEPTION -> reading.changes().stream().anyMatch(c -> !c.who().except().isEmpty());
        case NOTHING -> reading.guards().dryRun() || reading.guards().manual();
        case RESTORE -> reading.schedule().ends();
        case LATER -> reading.schedule().startAt().isPresent();
        case NOW -> reading.schedule().startAt().isEmpty();
        case WIDENING -> reading.guards().canaryPercent().isPresent();
        case FALLBACK ->
            reading.changes().stream().anyMatch(c -> c.set().onBackendFailure().isPresent());
      };
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
