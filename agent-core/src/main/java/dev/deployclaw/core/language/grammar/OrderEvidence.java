package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.cue.BindingCue;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.time.PlaceNames;
import dev.deployclaw.core.language.time.TimeReader;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What in the words of a sentence orders, narrows, delays or denies, beside what they tell. */
final class OrderEvidence {
  private static final BigDecimal SECOND = BigDecimal.valueOf(1000);
  private static final int LONGEST_REASON = 12;
  private static final int NEAR = 3;
  private static final Set<BindingCue.Kind> BINDING =
      Set.of(
          BindingCue.Kind.CONDITION,
          BindingCue.Kind.MISTAKE,
          BindingCue.Kind.CORRECTION,
          BindingCue.Kind.DOUBT);

  private OrderEvidence() {}

  /**
   * Where a piece stands.
   *
   * @param behind whether the order stands before it
   * @param timed whether the order says when
   * @param reasons whether "so" stands behind it
   */
  record Position(boolean behind, boolean timed, boolean reasons) {}

  /**
   * Whether a piece only tells why something is asked: it may be dropped.
   *
   * @param typed the piece as typed
   * @param read the same with phrases
   */
  static boolean isBackground(List<Token> typed, List<Token> read, Position at) {
    boolean behind = at.behind;
    boolean tells = false;
    boolean over = !behind && typed.stream().allMatch(t -> !t.is(Kind.TIME) || passed(t));
    boolean bent =
        behind ? TokenClass.has(typed, "^ same-thing | ^ * same-thing") : introduces(typed);
    if (bent || isTerms(typed, behind, at.timed)) {
      return false;
    }
    for (Token token : typed) {
      boolean binds =
          (TokenClass.is(token, "bound-value") && !(over && passed(token)))
              || (behind && token.is(Kind.RATE));
      boolean repeats = !behind && tells && token.text().equals("again");
      if (binds || (directs(token) && !repeats)) {
        return false;
      }
      tells |=
          TokenClass.is(token, behind || at.reasons ? "events | happens" : "events")
              && !(behind && TokenClass.is(token, "light"));
    }
    return tells && read.stream().noneMatch(t -> orders(t, behind)) && !binds(read);
  }

  /**
   * "At the launch", "while they migrate", "rising in steps", "they paid for 30": how, or when.
   *
   * @param timed whether the order says when
   */
  static boolean isTerms(List<Token> typed, boolean behind, boolean timed) {
    var said =
        typed.stream()
            .dropWhile(t ->
                TokenClass.is(t, "mark") || t.isMark() || (timed && TokenClass.is(t, "=while")))
            .toList();
    return typed.stream().noneMatch(OrderEvidence::passed)
        && (TokenClass.has(said, "^ binding-piece | ^ linking binding-piece | ^ =due !=to")
            || (behind && (TokenClass.has(said, "^ events !=from") || promises(said))));
  }

  /** "Bob sent this:": what follows is in the words of others. */
  static boolean introduces(List<Token> words) {
    var said = words.stream().filter(t -> !t.isStop()).toList();
    return TokenClass.has(said, "=: $ | introducing $ | =these * $ | =following * $");
  }

  /** "They paid for 30", "the contract has ten": it may be the right value. */
  static boolean promises(List<Token> said) {
    return TokenClass.has(
        said, "=promised <number> | events =for <number> | happens =for <number> | =has <number>");
  }

  /** "Had they paid", "the figures were wrong": a story with it is none. */
  private static boolean binds(List<Token> read) {
    return BindingCue.of(read, false, true).stream().anyMatch(c -> BINDING.contains(c.kind()));
  }

  /**
   * "We sit in Tokyo": whether a place that is told of may have the clock of an order's time, which
   * names no zone.
   */
  static boolean zones(String text, List<Token> told, List<Token> order) {
    var times = order.stream().flatMap(Token::all).toList();
    return TokenClass.has(times, "moment")
        && times.stream().noneMatch(t -> t.is(Kind.ZONE))
        && IntStream.range(0, told.size())
            .filter(i -> Character.isUpperCase(text.charAt(told.get(i).from())))
            .anyMatch(i ->
                Stream.of(i, Math.min(i + 1, told.size() - 1))
                    .map(to -> text.substring(told.get(i).from(), told.get(to).to()))
                    .anyMatch(PlaceNames::isZone));
  }

  /** Whether it goes on with what the piece before it told: a number, no name, no other cause. */
  static boolean goesOn(List<Token> typed, List<Token> read) {
    var words = typed.subList(TokenClass.has(typed, "^ forecaster will *") ? 2 : 0, typed.size());
    boolean since = TokenClass.has(typed, "=since");
    return TokenClass.has(typed, "counting")
        && !TokenClass.has(words, "cause | name")
        && words.stream().noneMatch(OrderEvidence::directs)
        && words.stream().noneMatch(t -> TokenClass.is(t, "bound-value") && !(since && passed(t)))
        && read.stream().noneMatch(t -> orders(t, true));
  }

  /**
   * "They're backfilling", "the import batch is late", "derby kickoff": why, by a cause or an
   * occasion that is known, without values, names and times, and without words that may turn an
   * order around.
   *
   * @param typed the clause as typed
   * @param read the same with phrases
   * @param timed whether the order says when
   */
  static boolean isReason(List<Token> typed, List<Token> read, boolean timed) {
    var said = typed.stream().filter(t -> !t.isMark()).dropWhile(ClauseReader::links).toList();
    var near = said.subList(0, Math.min(said.size(), NEAR + 2));
    boolean cause =
        TokenClass.has(said, "^ explaining")
            && TokenClass.has(near, "happening")
            && TokenClass.has(said, "causing");
    boolean state =
        TokenClass.has(said, "^ explaining | ^ <unknown> | ^ =the")
            && TokenClass.has(
                said,
                "happening state $ | gone state $ | gone =live $ | happening =in occasion $ | =being =patched $");
    return said.size() > 1
        && !TokenClass.has(typed, "=?")
        && !isTerms(typed, true, timed)
        && said.size() <= LONGEST_REASON
        && (cause
            || ((state || isOccasion(said)) && said.stream().noneMatch(OrderEvidence::directs)))
        && said.stream().allMatch(t -> TokenClass.isWord(t) && !t.text().endsWith("n't"))
        && !TokenClass.has(
            said, "^ inverted | doubting | turning | alike | urging | all-of | itself")
        && !TokenClass.has(said, "pointing | limits | authority | overruling | thing | beside")
        && !TokenClass.has(said, "offering | extra | bound | timing | =next | =at | =per")
        && !TokenClass.has(read, "<op> | <mode>");
  }

  /** "Their derby kickoff", "db maintenance on their side": what is on, by more than a word. */
  private static boolean isOccasion(List<Token> said) {
    var named = said.stream().dropWhile(t -> TokenClass.is(t, "naming-occasion")).toList();
    var name =
        named.stream()
            .takeWhile(t -> TokenClass.is(t, "<unknown> | occasion-kind | occasion"))
            .toList();
    var rest = named.subList(name.size(), named.size());
    boolean whole = TokenClass.has(name, "* occasion $");
    boolean apart = TokenClass.has(name, "occasion $") && TokenClass.has(rest, "^ =of");
    return (whole || apart)
        && name.stream()
            .noneMatch(t -> t.text().matches(".*(?:ed|ing)") && !TokenClass.is(t, "occasion"))
        && (rest.isEmpty() || TokenClass.has(rest, "^ occasion-of"));
  }

  static boolean passed(Token token) {
    return token.rule().equals(TimeReader.PASSED);
  }

  private static boolean orders(Token token, boolean behind) {
    return TokenClass.is(token, behind ? "order-phrase | <who> | <percent>" : "order-phrase")
        || sets(token);
  }

  /** Whether a phrase sets, and is more than a verb that tells, too. */
  private static boolean sets(Token token) {
    return token.is("set")
        && token.all().anyMatch(t -> t.is(Kind.WORD) && !TokenClass.is(t, "weak"));
  }

  /** Whether it is a word that directs an order. */
  static boolean directs(Token word) {
    return TokenClass.is(word, "directing")
        || (TokenClass.isWord(word) && word.text().endsWith("n't"));
  }

  /** "When p99 went up" dates what is told; "when it is done" doesn't. */
  static boolean directs(List<Token> words, int at) {
    var word = words.get(at);
    boolean dates =
        TokenClass.is(word, "=when")
            && words.stream().skip(at + 1L).limit(NEAR).anyMatch(t -> TokenClass.is(t, "past"));
    return directs(word) && !TokenClass.is(word, "neutral | long") && !dates;
  }

  /** Whether no word of it orders, narrows, delays or denies. */
  static boolean orderless(List<Token> words, boolean past) {
    boolean refused = TokenClass.has(words, "turned-down") && !TokenClass.has(words, "<number>");
    if (refused
        || TokenClass.has(words, "stop | <instant> | detail")
        || IntStream.range(0, words.size()).anyMatch(i -> directs(words, i) || lasts(words, i))) {
      return false;
    }
    var read = PhraseReader.read(words);
    return read.stream().noneMatch(t -> orders(words, t, past)) && !binds(read);
  }

  /** A length of time that is neither past nor the answer time of a gateway. */
  static boolean lasts(List<Token> words, int at) {
    var word = words.get(at);
    var rest = words.subList(Math.max(0, at - 1), words.size());
    boolean length = word.is(Kind.DURATION) && word.value().compareTo(SECOND) >= 0;
    return !TokenClass.has(words, "=been")
        && ((length && !TokenClass.has(words.subList(at, words.size()), "^ * =ago"))
            || (at > 0
                && TokenClass.has(rest, "^ <number> long")
                && !TokenClass.has(words, "<reference>")));
  }

  private static boolean orders(List<Token> words, Token token, boolean past) {
    boolean lasting = token.is("lasting") && TokenClass.has(words, "=been");
    return (sets(token) && !noun(words, token))
        || (TokenClass.is(token, "guards") && !lasting)
        || (!past && TokenClass.is(token, "future"));
  }

  /** "The change", and not "change it". */
  private static boolean noun(List<Token> words, Token set) {
    int at = words.indexOf(set.parts().getFirst());
    return set.parts().size() == 1
        && at > 0
        && TokenClass.has(words.subList(at - 1, at + 1), "article =change");
  }

  /** Each figure stands near behind a verb that tells, with no name between. */
  static boolean figured(List<Token> words) {
    for (int i = 0; i < words.size(); i++) {
      if (TokenClass.is(words.get(i), "figure")) {
        var before = words.subList(Math.max(0, i - NEAR - 2), i);
        boolean near = TokenClass.has(before, "past") && !TokenClass.has(before, "name");
        if (!near && !(i > 1 && TokenClass.is(words.get(i - 2), "figure"))) {
          return false;
        }
      }
    }
    return true;
  }
}
