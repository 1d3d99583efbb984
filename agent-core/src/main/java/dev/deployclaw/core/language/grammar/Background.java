package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.time.TimeReader;
import java.util.List;
import java.util.Set;

/** Whether a piece only tells why something is asked: it may be dropped. */
final class Background {
  private static final Set<String> EVENTS = PatternTable.words(Background.class, "events.txt");
  private static final Set<String> DIRECTING =
      PatternTable.words(Background.class, "directing.txt");
  private static final Set<Kind> BINDING =
      Set.of(
          Kind.DURATION,
          Kind.INSTANT,
          Kind.DATE,
          Kind.CLOCK,
          Kind.TIME,
          Kind.ROUTE,
          Kind.METHOD,
          Kind.BURST,
          Kind.WINDOW,
          Kind.FACTOR,
          Kind.PARALLEL,
          Kind.EXECUTION,
          Kind.SETTING);

  private static final Set<Kind> COUNTS = Set.of(Kind.NUMBER, Kind.RATE, Kind.COUNT);

  /** What may say that it was somebody or something else. */
  private static final Set<String> CAUSES =
      Set.of(
          "it", "this", "that", "which", "did", "does", "was", "were", "is", "are", "own", "false");

  /** What points back at the order itself. */
  private static final Set<String> POINTING = Set.of("it", "this", "that", "which");

  private static final Set<String> WEAK =
      Set.of("have", "has", "be", "get", "gets", "go", "use", "do", "send", "make", "run", "wants");

  private Background() {}

  /**
   * @param typed the piece as typed
   * @param read the same with phrases
   * @param behind whether the order stands before it
   */
  static boolean is(List<Token> typed, List<Token> read, boolean behind) {
    boolean tells = false;
    boolean over = !behind && typed.stream().allMatch(t -> !t.is(Kind.TIME) || passed(t));
    if (behind && typed.stream().limit(2).anyMatch(t -> POINTING.contains(t.text()))) {
      return false;
    }
    for (Token token : typed) {
      String word = token.text();
      boolean plain = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
      boolean binds =
          (BINDING.contains(token.kind()) && !(over && passed(token)))
              || (behind && token.is(Kind.RATE));
      boolean repeats = !behind && tells && word.equals("again");
      if (binds || (plain && directs(word) && !repeats)) {
        return false;
      }
      tells |= plain && EVENTS.contains(word) && !(behind && OrderCore.is(token, "light"));
    }
    return tells && read.stream().noneMatch(t -> orders(t, behind));
  }

  /** Whether it is a verb by which people tell. */
  static boolean isEvent(Token token) {
    return (token.is(Kind.WORD) || token.is(Kind.UNKNOWN)) && EVENTS.contains(token.text());
  }

  /** Whether it goes on with what the piece before it told: a number, no name, no other cause. */
  static boolean continues(List<Token> typed, List<Token> read) {
    int from = forecast(typed) ? 2 : 0;
    boolean counts =
        typed.stream().anyMatch(t -> COUNTS.contains(t.kind()))
            && typed.stream().skip(from).noneMatch(t -> CAUSES.contains(t.text()));
    if (!counts) {
      return false;
    }
    boolean since = typed.stream().anyMatch(t -> t.text().equals("since"));
    for (Token token : typed.subList(from, typed.size())) {
      boolean plain = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
      boolean binds = BINDING.contains(token.kind()) && !(since && passed(token));
      if (binds || OrderEvidence.NAMES.contains(token.kind()) || (plain && directs(token.text()))) {
        return false;
      }
    }
    return read.stream().noneMatch(t -> orders(t, true));
  }

  /** "They will import some rows". */
  private static boolean forecast(List<Token> typed) {
    return typed.size() > 2
        && Set.of("they", "it").contains(typed.getFirst().text())
        && Set.of("will", "'ll").contains(typed.get(1).text());
  }

  private static boolean passed(Token token) {
    return token.rule().equals(TimeReader.PASSED);
  }

  static boolean directs(String word) {
    return DIRECTING.contains(word) || word.endsWith("n't") || word.equals("?");
  }

  /** Whether a phrase that sets is more than a verb that tells, too. */
  static boolean sets(Token set) {
    return set.all().anyMatch(t -> !WEAK.contains(t.text()) && t.is(Kind.WORD));
  }

  private static boolean orders(Token token, boolean behind) {
    return token.is("op")
        || (token.is("set") && sets(token))
        || token.is("mode")
        || token.is("dry-run")
        || token.is("manual")
        || token.is("except")
        || token.is("spare")
        || (behind && (token.is("who") || token.is(Kind.PERCENT)));
  }
}
