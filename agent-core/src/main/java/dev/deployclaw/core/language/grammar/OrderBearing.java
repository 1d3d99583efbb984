package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which words of a clause could change what is done though no reader quotes them: values, names,
 * times and guards that the clause doesn't only tell of. Pure.
 *
 * @param sentences the request
 * @param order what is quoted
 * @param quoted whether a word is
 */
record OrderBearing(ToldSentences sentences, OrderContent order, Predicate<Token> quoted) {
  /** Whether a word may be for the order, and isn't only told. */
  boolean is(RequestClause clause, Token token) {
    if (!token.is(Kind.NUMBER) && order.has(token)) {
      return false;
    }
    return switch (token.kind()) {
      case WORD, UNKNOWN, REFERENCE, ZONE, UNIT, PER -> false;
      case PHRASE -> phrase(clause, token);
      case TENANT -> !clause.past() && (order.isForAll() || !clause.describes());
      case SERVICE, LABEL -> !clause.past() && !clause.describes();
      case RATE, COUNT, PARALLEL, FACTOR, PERCENT ->
          !clause.seen()
              && !clause.observed(token)
              && !clause.isAbout(token)
              && !sentences.explains(token);
      case INSTANT, DATE, CLOCK, TIME -> bounds(clause, token);
      case DURATION -> clause.alone() && clause.beside() && !clause.past();
      case ROUTE -> !clause.past() && !ToldSentences.isName(token);
      case BURST, WINDOW, METHOD, SETTING, EXECUTION, LIMIT, HEADER -> !clause.past();
      case NUMBER ->
          !clause.seen()
              && clause.orders()
              && (clause.beside() || !clause.alone() || clause.points())
              && !counts(clause, token)
              && !clause.observed(token)
              && !sentences.explains(token);
    };
  }

  private static boolean timed(Token phrase) {
    return TokenClass.is(phrase, "timed | <asked-time>");
  }

  private boolean phrase(RequestClause clause, Token phrase) {
    var parts = phrase.parts();
    boolean inside = parts.stream().filter(t -> !t.is(Kind.WORD)).anyMatch(t -> is(clause, t));
    if (phrase.is("lasting") && TokenClass.holds(phrase, "coming-length")) {
      return true;
    }
    if (timed(phrase)) {
      return clause.past()
          ? clause.isIt(phrase) && !phrase.is("start")
          : phrase.is("lasting") || bounds(clause, phrase);
    }
    return switch (phrase.text()) {
      case "op" -> clause.directs(phrase);
      case "mode" -> !clause.seen();
      case "pool" -> true;
      case "overall" -> !clause.past() && clause.read().stream().noneMatch(ClauseReader::leftover);
      case "last" -> clause.points();
      case "all", "others" -> !clause.past() && (clause.orders() || clause.points());
      default -> inside || (!TokenClass.is(phrase, "plain") && !clause.past());
    };
  }

  /** A number of something that has no limits, or one that is a name: "12,000 rows", "rack 14". */
  boolean counts(RequestClause clause, Token number) {
    var before = clause.before(number);
    var next = clause.typed().stream().filter(t -> t.from() >= number.to()).findFirst();
    return typed(number).matches("(?i)one|zero")
        || next.filter(t -> RequestClause.isNoun(t) || TokenClass.is(t, "counted")).isPresent()
        || (!before.isEmpty() && RequestClause.isNoun(before.getLast()));
  }

  private String typed(Token token) {
    return sentences.text().substring(token.from(), token.to());
  }

  /** A time that the order may begin or end with: it stands alone, behind a bound, or with "it". */
  private boolean bounds(RequestClause clause, Token time) {
    if (clause.past() || order.hasWords(time) || names(clause, time)) {
      return false;
    }
    var before = clause.before(time);
    boolean bound = TokenClass.holds(time, "bound") || TokenClass.has(before, "bound $");
    return bound || (clause.alone() && clause.beside()) || clause.points() || clause.asks();
  }

  /** "The retro of 24 November", "Thursday's": a date that is a name. */
  private boolean names(RequestClause clause, Token time) {
    boolean dated = typed(time).chars().anyMatch(Character::isDigit);
    var before = clause.before(time);
    var after = clause.typed().stream().filter(t -> t.from() >= time.to()).limit(1).toList();
    return TokenClass.has(before, "naming $")
        || TokenClass.holds(time, "=of")
        || after.stream()
            .anyMatch(
                t -> TokenClass.is(t, "='s | <unknown>") || (!dated && RequestClause.isNoun(t)));
  }

  /** Whether all that is quoted of it is names. */
  boolean names(RequestClause clause) {
    return clause.typed().stream()
        .filter(quoted)
        .allMatch(t -> TokenClass.is(t, "name") || (t.is(Kind.WORD) && !ClauseReader.leftover(t)));
  }

  /** What of a clause that orders only tells. */
  boolean tells(RequestClause clause, Token token) {
    boolean timed =
        clause.read().stream()
            .filter(p -> timed(p) && p.parts().contains(token))
            .anyMatch(p -> phrase(clause, p));
    boolean story = clause.past() && !timed && names(clause);
    return switch (token.kind()) {
      case RATE, COUNT, PARALLEL, FACTOR, PERCENT ->
          story || clause.observed(token) || sentences.explains(token);
      case NUMBER -> story || counts(clause, token) || clause.observed(token);
      case INSTANT, DATE, CLOCK, TIME -> story || names(clause, token);
      case DURATION -> story;
      case TENANT, SERVICE, LABEL -> story && order.has(token);
      case WORD ->
          clause.read().stream()
              .filter(p -> p.parts().contains(token))
              .anyMatch(p -> p.is("op") ? !clause.directs(p) : story && (p.is("mode") || timed(p)));
      default -> false;
    };
  }

  /** The values and words of the clauses that order. One object, one reading. */
  static final class OrderContent {
    private final Set<String> values = new HashSet<>();
    private final Set<String> words = new HashSet<>();

    /**
     * One clause more.
     *
     * @param typed as it is written
     * @param read the same with phrases
     */
    void add(List<Token> typed, List<Token> read) {
      read.stream()
          .flatMap(Token::all)
          .map(OrderContent::key)
          .filter(key -> !key.isEmpty())
          .forEach(values::add);
      typed.stream().flatMap(Token::all).forEach(t -> words.add(t.text()));
    }

    /** Whether the order has the same value, name or phrase. */
    boolean has(Token token) {
      return values.contains(key(token));
    }

    /** Whether the order has all words of a time: a day that it names, too. */
    boolean hasWords(Token time) {
      return words.containsAll(
          time.all().filter(t -> t.parts().isEmpty()).map(Token::text).toList());
    }

    /** Whether it is for everybody or a group, so that any name may be an exception. */
    boolean isForAll() {
      return TokenClass.words("all-of").stream().anyMatch(words::contains);
    }

    private static String key(Token token) {
      return switch (token.kind()) {
        case TENANT, SERVICE, LABEL -> token.kind() + " " + token.text();
        case NUMBER -> token.value().stripTrailingZeros().toPlainString();
        case WORD, UNKNOWN -> "";
        default ->
            Stream.concat(
                    Stream.of(
                        "%s %s %s %s %s"
                            .formatted(
                                token.kind(),
                                token.text(),
                                token.is(Kind.PHRASE) ? token.rule() : "",
                                token.value(),
                                token.window())),
                    token.parts().stream().map(OrderContent::key))
                .filter(k -> !k.isEmpty())
                .collect(Collectors.joining(" "));
      };
    }
  }
}
