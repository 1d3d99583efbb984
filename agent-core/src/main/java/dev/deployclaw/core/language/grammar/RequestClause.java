package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * A part of a sentence.
 *
 * @param read the same with the phrases of its sentence
 * @param beside whether an order stands right beside it in its sentence, or it is all of that
 * @param past whether it tells of what was
 * @param seen whether it tells of that, or of what somebody sees
 */
record RequestClause(
    List<Token> typed, List<Token> read, boolean beside, boolean past, boolean seen) {
  private static final int NEAR = 5;

  /**
   * Those of a sentence.
   *
   * @param read the same with its phrases
   */
  static List<RequestClause> cut(List<Token> sentence, List<Token> read) {
    return cut(sentence).stream().map(typed -> of(typed, read)).toList();
  }

  private static RequestClause of(List<Token> typed, List<Token> read) {
    int from = typed.getFirst().from();
    int to = typed.getLast().to();
    var mine = read.stream().filter(t -> t.to() > from && t.from() < to).toList();
    boolean asks = asks(typed, mine);
    boolean past =
        IntStream.range(0, typed.size())
            .takeWhile(i -> !isAside(typed, i))
            .anyMatch(i -> past(typed, i));
    boolean seen = past || TokenClass.has(typed, "seen");
    return new RequestClause(typed, mine, true, past && !asks, seen && !asks);
  }

  /** "As we agreed", "until it has ended", behind something else. */
  private static boolean isAside(List<Token> typed, int at) {
    var rest = typed.subList(at, typed.size());
    return at > 1
        && (TokenClass.has(rest, "^ pending * | ^ =as subject")
            || (TokenClass.has(rest, "^ =as *") && past(typed, at + 1)));
  }

  /** A part of it by itself, beside no order; empty where it has no such words. */
  Optional<RequestClause> only(Predicate<Token> which) {
    var words = typed.stream().filter(which).toList();
    return words.isEmpty()
        ? Optional.empty()
        : Optional.of(of(words, read).in(beside && words.size() == typed.size()));
  }

  /** Whether it has such words, as typed. */
  boolean has(String sequences) {
    return TokenClass.has(typed, sequences);
  }

  /** Whether it has such words or phrases. */
  boolean reads(String sequences) {
    return TokenClass.has(read, sequences);
  }

  RequestClause in(boolean order) {
    return new RequestClause(typed, read, order, past, seen);
  }

  /** "Few calls, maybe 40 an hour": an estimate of what is told before it. */
  boolean hedges() {
    return has("^ hedge figure")
        && typed.stream().skip(1).allMatch(t -> TokenClass.is(t, "figure"));
  }

  /** Whether it begins with a word that binds. */
  boolean opens() {
    return has("^ bound | ^ opening") || alone();
  }

  /** Whether there is nothing in it but values and small words. */
  boolean alone() {
    return !has("<unknown> | <reference> | finite | seen")
        && typed.stream()
            .filter(t -> t.is(Kind.WORD) && ClauseReader.leftover(t))
            .allMatch(t -> TokenClass.is(t, "bound | opening"));
  }

  /** "Signed", "has crashed", "took"; not "to be blocked". */
  static boolean past(List<Token> typed, int at) {
    var word = typed.get(at);
    boolean plain = word.is(Kind.UNKNOWN) || word.is(Kind.WORD);
    var near = typed.subList(Math.max(0, at - 2), at);
    boolean coming = TokenClass.has(near, "coming") && !TokenClass.is(near.getLast(), "figure");
    boolean ended = plain && word.text().endsWith("ed") && !TokenClass.is(word, "no-past");
    return TokenClass.is(word, "lately")
        || ((ended || TokenClass.is(word, "over | past")) && !coming);
  }

  /** "We settled", "they saw". */
  boolean recounts() {
    return has("^ subject *") && past(typed, 1);
  }

  private static List<List<Token>> cut(List<Token> sentence) {
    var out = new ArrayList<List<Token>>();
    out.add(new ArrayList<>());
    for (int i = 0; i < sentence.size(); i++) {
      var rest = sentence.subList(i, sentence.size());
      boolean marks = rest.getFirst().isMark() || TokenClass.has(rest, "^ mark");
      boolean reported = i > 0 && TokenClass.has(sentence.subList(i - 1, i + 1), "reporting !=no");
      boolean begins =
          TokenClass.has(
                  rest, "^ parting | ^ linking subject | ^ linking determiner | ^ linking itself")
              || (ClauseReader.links(rest.getFirst()) && !TokenClass.has(rest, "^ =as"));
      if (marks || reported || begins) {
        out.add(new ArrayList<>());
      }
      if (!marks) {
        out.getLast().add(rest.getFirst());
      }
    }
    out.removeIf(List::isEmpty);
    return out.isEmpty() ? List.of(sentence) : out;
  }

  boolean asks() {
    return asks(typed, read);
  }

  private static boolean asks(List<Token> typed, List<Token> read) {
    return TokenClass.has(typed, "courteous | urging") || TokenClass.has(read, "<polite>");
  }

  /** The same, over as what another clause tells. */
  RequestClause over() {
    return new RequestClause(typed, read, beside, true, true);
  }

  /** Whether it asks for something, or has no verb that tells. */
  boolean orders() {
    return asks() || !has("<unknown> | finite | seen | subject | itself | reporting");
  }

  /** Whether it says of something without limits how it is: "the nodes are at 91 %". */
  boolean isAbout(Token figure) {
    return !orders()
        && !points()
        && (!figure.is(Kind.RATE) || has("finite"))
        && !has("limits | name");
  }

  /** Whether it is about the order itself: "it ends on Friday". */
  boolean points() {
    return typed.stream().limit(NEAR).anyMatch(t -> TokenClass.is(t, "itself"));
  }

  /** "That was for two hours". */
  boolean isIt(Token value) {
    return has("^ itself") && before(value).size() == 2;
  }

  /** The words right before one of it. */
  List<Token> before(Token token) {
    int at = (int) typed.stream().filter(t -> t.to() <= token.from()).count();
    return typed.subList(Math.max(0, at - NEAR), at);
  }

  /**
   * A verb of ours where an order has it: at the front, behind a modal or behind whom it is for.
   */
  boolean directs(Token verb) {
    var before = before(verb);
    boolean stated = TokenClass.has(before, "finite $") && !TokenClass.has(before, "urging * $");
    return !past && !stated && !isNamed(verb);
  }

  /** What somebody or something is or does, and not that it is so for others, too. */
  boolean describes() {
    return (has("finite | seen | subject") || (!beside && has("happens")))
        && !has("courteous | alike | urging")
        && !reads("<op> | figure");
  }

  /** A figure behind a verb that tells, a word that guesses, or "up from". */
  boolean observed(Token figure) {
    var before = before(figure);
    return TokenClass.has(before, "seen | =up =from $ | =down =from $")
        || IntStream.range(0, before.size()).anyMatch(i -> past(before, i));
  }

  static boolean isNoun(Token token) {
    boolean word = token.is(Kind.WORD) && ClauseReader.leftover(token);
    return (token.is(Kind.UNKNOWN) || word)
        && !TokenClass.is(token, "coming | courteous | urging | itself | bound | alike | parting");
  }

  /** "The review", "last week's review". */
  boolean isNamed(Token noun) {
    var before = before(noun);
    return TokenClass.has(before, "='s $ | article $")
        || (!before.isEmpty() && isNoun(before.getLast()));
  }

  /** "The review from 12 November". */
  boolean isDate(Token time) {
    var before = before(time);
    return TokenClass.holds(time, "<time> | <date> | <instant>")
        && !time.is("until")
        && !TokenClass.holds(time, "ending")
        && !before.isEmpty()
        && isNoun(before.getLast());
  }

  /** Whether an order's own clause says something of the order in words without a use. */
  boolean binds() {
    return read.stream()
        .anyMatch(t ->
            switch (t.kind()) {
              case WORD, UNKNOWN, REFERENCE, ZONE, UNIT, PER, NUMBER -> false;
              case PHRASE -> t.is("op") ? !isNamed(t) : !t.is("pronoun") && !isDate(t);
              default -> !isDate(t);
            });
  }

  /** How it is: "they are at 80 rps", "300 rps isn't enough". */
  boolean isState() {
    return has("denying | stating =at | subject having | <tenant> having")
        || typed.stream().anyMatch(t -> t.text().endsWith("n't"));
  }

  /** "Contoso is limited to 20 rps", for no time. */
  boolean isStated() {
    return has(
            "name stating !=to | everybody stating !=to | limits stating !=to | ^ forecaster stating figure")
        && !asks()
        && !has("=new")
        && !reads("<forever> | ^ <op> | ^ <set> | ^ <up> | ^ <down> | ^ <factor>");
  }

  /** "We'd like". */
  boolean isWish() {
    return has("wishing liking | asker * liking");
  }

  boolean owes() {
    return has("owing | =need !=to | =need $");
  }

  /** "Acme would like". */
  boolean isTheirs() {
    return has("!subject =would liking");
  }

  /** "Should have got", "have set". */
  boolean isPerfect() {
    return IntStream.range(1, typed.size())
        .anyMatch(i -> typed.get(i - 1).text().equals("have") && past(typed, i));
  }

  /** Figures alone, and "with a burst of 40", are of the clause before them. */
  boolean isRest(RequestClause before) {
    boolean part = alone() && !before.alone() && before.typed.size() > 2;
    return (part || has("^ =with"))
        && !asks()
        && !has("name")
        && !ClauseReader.links(typed.getFirst());
  }
}
