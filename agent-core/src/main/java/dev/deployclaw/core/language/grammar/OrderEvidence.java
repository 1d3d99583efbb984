package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** What in the words of a sentence orders, narrows, delays or denies, beside what they tell. */
final class OrderEvidence {
  private static final Map<String, String> WORDS =
      PatternTable.keys(OrderEvidence.class, "telling.txt");

  /** What is said in figures: told only right behind a verb that tells. */
  static final Set<Kind> FIGURES =
      Set.of(Kind.RATE, Kind.COUNT, Kind.PARALLEL, Kind.FACTOR, Kind.PERCENT);

  static final Set<Kind> NAMES = Set.of(Kind.TENANT, Kind.SERVICE, Kind.LABEL);

  static final Set<Kind> ORDERING =
      Set.of(
          Kind.ROUTE,
          Kind.METHOD,
          Kind.BURST,
          Kind.WINDOW,
          Kind.SETTING,
          Kind.EXECUTION,
          Kind.LIMIT,
          Kind.HEADER);

  static final Set<Kind> TIMES = Set.of(Kind.INSTANT, Kind.DATE, Kind.CLOCK, Kind.TIME);

  private static final Set<String> TIMED = Set.of("start", "until", "between", "span", "lasting");

  private static final Set<String> GUARDS = PatternTable.words(OrderEvidence.class, "guards.txt");

  private static final Set<String> FUTURE = Set.of("start", "between", "span");

  private static final BigDecimal SECOND = BigDecimal.valueOf(1000);

  private static final int NEAR = 3;

  private OrderEvidence() {}

  /** Whether it is a word of a key of telling.txt. */
  static boolean is(Token token, String key) {
    boolean word = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
    return word && key.equals(WORDS.get(token.text()));
  }

  /** Whether it is a phrase that says when. */
  static boolean timed(Token phrase) {
    return phrase.is(Kind.PHRASE) && TIMED.contains(phrase.text());
  }

  static boolean has(List<Token> words, String key) {
    return words.stream().anyMatch(t -> is(t, key));
  }

  /** Whether no word of it orders, narrows, delays or denies. */
  static boolean orderless(List<Token> words, boolean past) {
    boolean directs =
        IntStream.range(0, words.size())
            .filter(i -> words.get(i).is(Kind.WORD) || words.get(i).is(Kind.UNKNOWN))
            .anyMatch(i -> is(words.get(i), "stop") || directs(words, i));
    boolean lasts = IntStream.range(0, words.size()).anyMatch(i -> lasts(words, i));
    boolean refused = has(words, "turned-down") && words.stream().noneMatch(t -> t.is(Kind.NUMBER));
    return !directs
        && !lasts
        && !refused
        && words.stream().noneMatch(t -> t.is(Kind.INSTANT))
        && words.stream().noneMatch(t -> ORDERING.contains(t.kind()))
        && PhraseReader.read(new TokenLine(words)).tokens().stream()
            .noneMatch(t -> orders(words, t, past));
  }

  /** A length of time that is neither past nor the answer time of a gateway. */
  static boolean lasts(List<Token> words, int at) {
    var word = words.get(at);
    boolean been = words.stream().anyMatch(t -> t.text().equals("been"));
    boolean ago = at + 1 < words.size() && words.get(at + 1).text().equals("ago");
    boolean referred = words.stream().anyMatch(t -> t.is(Kind.REFERENCE));
    boolean counted = at > 0 && words.get(at - 1).is(Kind.NUMBER) && is(word, "long");
    return (word.is(Kind.DURATION) && !been && !ago && word.value().compareTo(SECOND) >= 0)
        || (counted && !been && !referred);
  }

  /** "When p99 went up" dates what is told; "when it is done" doesn't. */
  static boolean directs(List<Token> words, int at) {
    var word = words.get(at);
    boolean dates =
        word.text().equals("when")
            && words.stream().skip(at + 1L).limit(NEAR).anyMatch(t -> is(t, "past"));
    return Background.directs(word.text()) && !is(word, "neutral") && !is(word, "long") && !dates;
  }

  static boolean orders(List<Token> words, Token token, boolean past) {
    boolean been = words.stream().anyMatch(t -> t.text().equals("been"));
    boolean set = token.is("set") && Background.sets(token) && !noun(words, token);
    boolean binds =
        token.is(Kind.PHRASE) && GUARDS.contains(token.text()) && !(been && token.is("lasting"));
    return set || binds || (!past && token.is(Kind.PHRASE) && FUTURE.contains(token.text()));
  }

  /** "The change", and not "change it". */
  private static boolean noun(List<Token> words, Token set) {
    int at = words.indexOf(set.parts().getFirst());
    return set.parts().size() == 1
        && set.parts().getFirst().text().equals("change")
        && at > 0
        && is(words.get(at - 1), "article");
  }

  /** Each figure stands near behind a verb that tells, with no name between. */
  static boolean figured(List<Token> words) {
    for (int i = 0; i < words.size(); i++) {
      if (FIGURES.contains(words.get(i).kind())) {
        var before = words.subList(Math.max(0, i - NEAR - 2), i);
        boolean near =
            has(before, "past") && before.stream().noneMatch(t -> NAMES.contains(t.kind()));
        boolean joined = i > 1 && FIGURES.contains(words.get(i - 2).kind());
        if (!near && !joined) {
          return false;
        }
      }
    }
    return true;
  }
}
