package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
  private static final Map<String, String> WORDS =
      PatternTable.keys(RequestClause.class, "unquoted.txt");

  private static final int NEAR = 5;

  /** What follows is still to come, though it is said as if it were over. */
  private static final Set<String> PENDING = Set.of("until", "till", "once");

  private static final Set<String> UNTIL = Set.of("until", "till", "through");

  /** Before a participle that isn't past: "is to be blocked", "the committed policies". */
  static final Set<String> COMING =
      Set.of(
          "be", "get", "gets", "is", "are", "to", "being", "not", "stay", "stays", "keep", "the",
          "a", "an", "our", "their");

  private static final Set<String> HEDGES =
      Set.of("maybe", "perhaps", "possibly", "probably", "about", "roughly", "around");

  /** Words that end like verbs of what was. */
  private static final Set<String> NOUNS =
      Set.of("need", "speed", "feed", "indeed", "exceed", "proceed", "named");

  static List<RequestClause> of(List<Token> sentence) {
    var read = PhraseReader.readSentence(sentence);
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
    boolean seen = past || typed.stream().anyMatch(t -> is(t, "seen"));
    return new RequestClause(typed, mine, true, past && !asks, seen && !asks);
  }

  /** "As we agreed", "until it has ended", behind something else. */
  private static boolean isAside(List<Token> typed, int at) {
    return at > 1
        && at + 1 < typed.size()
        && (PENDING.contains(typed.get(at).text())
            || (typed.get(at).text().equals("as")
                && (is(typed.get(at + 1), "subject") || past(typed, at + 1))));
  }

  /** A part of it by itself, beside no order; empty where it has no such words. */
  Optional<RequestClause> only(Predicate<Token> which) {
    var words = typed.stream().filter(which).toList();
    return words.isEmpty()
        ? Optional.empty()
        : Optional.of(of(words, read).in(beside && words.size() == typed.size()));
  }

  RequestClause in(boolean order) {
    return new RequestClause(typed, read, order, past, seen);
  }

  /** "Few calls, maybe 40 an hour": an estimate of what is told before it. */
  boolean hedges() {
    return typed.size() > 1
        && HEDGES.contains(typed.getFirst().text())
        && typed.stream().skip(1).allMatch(t -> OrderEvidence.FIGURES.contains(t.kind()));
  }

  /** Whether it begins with a word that binds. */
  boolean opens() {
    return is(typed.getFirst(), "bound") || is(typed.getFirst(), "opening") || alone();
  }

  /** Whether there is nothing in it but values and small words. */
  boolean alone() {
    return typed.stream()
        .noneMatch(t ->
            t.is(Kind.UNKNOWN)
                || t.is(Kind.REFERENCE)
                || is(t, "finite")
                || is(t, "seen")
                || (t.is(Kind.WORD)
                    && ClauseReader.leftover(t)
                    && !is(t, "bound")
                    && !is(t, "opening")));
  }

  /** "Signed", "has crashed", "took"; not "to be blocked". */
  static boolean past(List<Token> typed, int at) {
    var word = typed.get(at);
    boolean plain = word.is(Kind.UNKNOWN) || word.is(Kind.WORD);
    var near = typed.subList(Math.max(0, at - 2), at);
    boolean coming =
        !near.isEmpty()
            && !OrderEvidence.FIGURES.contains(near.getLast().kind())
            && near.stream().anyMatch(t -> COMING.contains(t.text()));
    boolean ended = plain && word.text().endsWith("ed") && !NOUNS.contains(word.text());
    return is(word, "lately")
        || ((is(word, "past") || OrderEvidence.is(word, "past") || ended) && !coming);
  }

  /** "We settled", "they saw". */
  boolean recounts() {
    return typed.size() > 1 && is(typed.getFirst(), "subject") && past(typed, 1);
  }

  private static List<List<Token>> cut(List<Token> sentence) {
    var out = new ArrayList<List<Token>>();
    out.add(new ArrayList<>());
    for (int i = 0; i < sentence.size(); i++) {
      var token = sentence.get(i);
      boolean marks = token.isMark() || is(token, "mark");
      boolean links = ClauseReader.links(token) && !token.text().equals("as");
      boolean joins =
          i + 1 < sentence.size() && is(token, "joining") && begins(sentence.get(i + 1));
      boolean reported =
          i > 0 && is(sentence.get(i - 1), "reporting") && !token.text().equals("no");
      if (marks || links || joins || reported || is(token, "parting")) {
        out.add(new ArrayList<>());
      }
      if (!marks) {
        out.getLast().add(token);
      }
    }
    out.removeIf(List::isEmpty);
    return out.isEmpty() ? List.of(sentence) : out;
  }

  boolean asks() {
    return asks(typed, read);
  }

  private static boolean asks(List<Token> typed, List<Token> read) {
    return typed.stream().anyMatch(t -> is(t, "asking") || is(t, "modal"))
        || read.stream().anyMatch(t -> t.is("polite"));
  }

  private static boolean begins(Token token) {
    return is(token, "subject") || is(token, "article") || is(token, "pointing");
  }

  /** The same, over as what another clause tells. */
  RequestClause over() {
    return new RequestClause(typed, read, beside, true, true);
  }

  /** Whether it asks for something, or has no verb that tells. */
  boolean orders() {
    return asks()
        || typed.stream()
            .noneMatch(t ->
                t.is(Kind.UNKNOWN)
                    || Stream.of("finite", "seen", "subject", "pointing", "reporting")
                        .anyMatch(key -> is(t, key)));
  }

  /** Whether it says of something without limits how it is: "the nodes are at 91 %". */
  boolean isAbout(Token figure) {
    return !orders()
        && !points()
        && (!figure.is(Kind.RATE) || typed.stream().anyMatch(t -> is(t, "finite")))
        && typed.stream().noneMatch(t -> is(t, "limits") || OrderEvidence.NAMES.contains(t.kind()));
  }

  /** Whether it is about the order itself: "it ends on Friday". */
  boolean points() {
    return typed.stream().limit(NEAR).anyMatch(t -> is(t, "pointing"));
  }

  /** "That was for two hours". */
  boolean isIt(Token value) {
    return is(typed.getFirst(), "pointing") && before(value).size() == 2;
  }

  /** The words right before one of it. */
  List<Token> before(Token token) {
    int at = (int) typed.stream().filter(t -> t.to() <= token.from()).count();
    return typed.subList(Math.max(0, at - NEAR), at);
  }

  /** Whether it is a word of a key of unquoted.txt. */
  static boolean is(Token token, String key) {
    boolean word = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
    return word && key.equals(WORDS.get(token.text()));
  }

  /**
   * A verb of ours where an order has it: at the front, behind a modal or behind whom it is for.
   */
  boolean directs(Token verb) {
    var before = before(verb);
    boolean owed = before.size() > 1 && is(before.get(before.size() - 2), "modal");
    boolean noun =
        before.stream()
            .skip(Math.max(0, before.size() - 1L))
            .anyMatch(t ->
                OrderEvidence.is(t, "article")
                    || (is(t, "finite") && !owed)
                    || isNoun(t)
                    || t.text().equals("'s"));
    return !past && !noun;
  }

  /** What somebody or something is, and not that it is so for others, too. */
  boolean describes() {
    return typed.stream().anyMatch(t -> is(t, "finite") || is(t, "seen") || is(t, "subject"))
        && typed.stream().noneMatch(t -> is(t, "asking") || is(t, "alike") || is(t, "modal"))
        && read.stream().noneMatch(t -> t.is("op") || OrderEvidence.FIGURES.contains(t.kind()));
  }

  /** A figure behind a verb that tells, a word that guesses, or "up from". */
  boolean observed(Token figure) {
    var before = before(figure);
    int last = before.size() - 1;
    boolean former =
        last > 0
            && before.get(last).text().equals("from")
            && Set.of("up", "down").contains(before.get(last - 1).text());
    return former
        || IntStream.range(0, before.size())
            .anyMatch(i -> is(before.get(i), "seen") || past(before, i));
  }

  static boolean isNoun(Token token) {
    boolean word = token.is(Kind.WORD) && ClauseReader.leftover(token);
    boolean binds =
        COMING.contains(token.text())
            || Stream.of("asking", "modal", "pointing", "bound", "alike", "parting")
                .anyMatch(key -> is(token, key));
    return (token.is(Kind.UNKNOWN) || word) && !binds;
  }

  /** "The review", "last week's review". */
  boolean isNamed(Token noun) {
    var before = before(noun);
    return !before.isEmpty()
        && (before.getLast().text().equals("'s")
            || OrderEvidence.is(before.getLast(), "article")
            || isNoun(before.getLast()));
  }

  /** "The review from 12 November". */
  boolean isDate(Token time) {
    var before = before(time);
    return time.all().anyMatch(t -> t.is(Kind.TIME) || t.is(Kind.DATE) || t.is(Kind.INSTANT))
        && !time.is("until")
        && time.all().noneMatch(t -> UNTIL.contains(t.text()))
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
    return typed.stream().anyMatch(t -> t.text().endsWith("n't") || OrderCore.is(t, "denying"))
        || IntStream.range(1, typed.size())
            .anyMatch(i ->
                (typed.get(i).text().equals("at") && OrderCore.is(typed.get(i - 1), "stating"))
                    || (OrderCore.is(typed.get(i), "having")
                        && (is(typed.get(i - 1), "subject") || typed.get(i - 1).is(Kind.TENANT))));
  }

  /** "We'd like". */
  boolean isWish() {
    return IntStream.range(1, typed.size())
        .filter(i -> OrderCore.is(typed.get(i), "liking"))
        .anyMatch(i ->
            OrderCore.is(typed.get(i - 1), "wishing")
                || (i > 1 && OrderCore.is(typed.get(i - 2), "asker")));
  }

  boolean owes() {
    return OrderCore.has(typed, "owing")
        || IntStream.range(0, typed.size())
            .filter(i -> typed.get(i).text().equals("need"))
            .anyMatch(i -> i + 1 == typed.size() || !typed.get(i + 1).text().equals("to"));
  }

  /** "Acme would like". */
  boolean isTheirs() {
    return IntStream.range(2, typed.size())
        .filter(i -> OrderCore.is(typed.get(i), "liking"))
        .filter(i -> typed.get(i - 1).text().equals("would"))
        .anyMatch(i -> !is(typed.get(i - 2), "subject"));
  }

  /** "Should have got", "have set". */
  boolean isPerfect() {
    return IntStream.range(1, typed.size())
        .anyMatch(i -> typed.get(i - 1).text().equals("have") && past(typed, i));
  }

  /** Figures alone, and "with a burst of 40", are of the clause before them. */
  boolean isRest(RequestClause before) {
    boolean part =
        (alone() && !before.alone() && before.typed.size() > 2)
            || typed.getFirst().text().equals("with");
    return part
        && !asks()
        && typed.stream().noneMatch(t -> OrderEvidence.NAMES.contains(t.kind()))
        && !ClauseReader.links(typed.getFirst());
  }
}
