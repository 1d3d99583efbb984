package dev.deployclaw.core.language.cue;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.TokenLine;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Words that bind an order as a whole, beside its values.
 *
 * @param from first character in the request, from 0
 * @param to one past the last
 */
public record BindingCue(Kind kind, int from, int to) {
  private static final PatternTable TABLE = PatternTable.read(BindingCue.class, "cues.txt");

  private static final Set<String> LOOSE = Set.of("set", "pronoun", "polite");

  /**
   * @param clause its tokens, phrases joined
   * @param orders whether it orders, or stands beside an order: rows with the mark {@code ~} need
   *     that
   * @param past whether it tells of what was: then only rows with the mark {@code !} count
   */
  public static List<BindingCue> of(List<Token> clause, boolean orders, boolean past) {
    var out = new ArrayList<BindingCue>();
    var words =
        clause.stream().flatMap(t -> isLoose(t) ? t.parts().stream() : Stream.of(t)).toList();
    var _ =
        TABLE.replace(
            TokenLine.ofWords(words),
            (row, match) ->
                (orders || !row.contains("~")) && (!past || row.contains("!"))
                    ? Optional.of(List.of(found(row, match, out)))
                    : Optional.empty());
    return List.copyOf(out);
  }

  /** Phrases that carry nothing as such, and "keep it that way". */
  private static boolean isLoose(Token token) {
    return LOOSE.stream().anyMatch(token::is)
        || (token.is("forever") && token.parts().stream().anyMatch(t -> t.text().equals("keep")));
  }

  private static Token found(String row, Match match, List<BindingCue> out) {
    int to = match.tokens().getLast().to();
    out.add(new BindingCue(Kind.of(row.split(" ", -1)[0]), match.tokens().getFirst().from(), to));
    return Token.join(Token.Kind.PHRASE, "cue", "cue", match.tokens());
  }

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
    /** Something was wrong: a value before it, or what a rollback undoes. */
    MISTAKE,
    /** What is said of one is for another, too. */
    ALIKE,
    /** Nothing speaks for a block or a limit any more. */
    RELEASE,
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

    /** Whether a reading has what such words say; a dry run may be of what isn't wanted yet. */
    public boolean isIn(Intent reading) {
      boolean dry = reading.guards().dryRun();
      var operation = reading.operation();
      return switch (this) {
        case SOCIAL -> true;
        case APPROVAL -> reading.guards().manual();
        case DOUBT -> dry;
        case CONDITION, DENIAL, CORRECTION, SHARE -> false;
        case MISTAKE -> operation == TaskOperation.ROLLBACK;
        case ALIKE -> operation == TaskOperation.COPY_POLICY;
        case RELEASE ->
            operation == TaskOperation.UNBLOCK || operation == TaskOperation.REMOVE_LIMIT;
        case EXCEPTION -> reading.changes().stream().anyMatch(c -> !c.who().except().isEmpty());
        case NOTHING -> dry || reading.guards().manual();
        case RESTORE -> reading.schedule().ends() || operation == TaskOperation.REPAIR_DRIFT;
        case LATER -> reading.schedule().startAt().isPresent();
        case NOW -> reading.schedule().startAt().isEmpty();
        case WIDENING -> reading.guards().canaryPercent().isPresent();
        case FALLBACK ->
            reading.changes().stream().anyMatch(c -> c.set().onBackendFailure().isPresent());
      };
    }

    /** Whether a reading's values inside such words are judged by the words alone. */
    public boolean isWhole() {
      return this == SOCIAL || this == WIDENING || this == RESTORE || this == NOW || this == LATER;
    }

    static Kind of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }
}
