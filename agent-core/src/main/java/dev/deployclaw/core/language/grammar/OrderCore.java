package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.IntentSentence;
import dev.deployclaw.core.language.grammar.UnquotedPieces.Claims;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.refusal.RequestRefusals;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.Intent;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The sentences of a ticket that order: they ask politely, begin with a verb of the grammar, say
 * what should be, or are made of values alone. What they use is what the grammar quotes of the
 * request, as a model quotes its sources. One object, one request.
 */
record OrderCore(ToldSentences request, EstateNames names, OpenQuestions times) {
  private static final Map<String, Set<String>> WORDS =
      PatternTable.sets(OrderCore.class, "core.txt");

  /** Phrases that no order is made of. */
  private static final Set<String> WEAK =
      Set.of("pronoun", "polite", "statement", "up", "down", "was");

  /** Somebody else's words, of more than one. */
  private static final Pattern QUOTED = Pattern.compile("[\"“„«][^\"”“»]*\\s[^\"”“»]*[\"”“»]");

  private static final Set<String> DATING = words("dating");
  private static final int LONGEST_SIGNATURE = 8;

  /** The whole, or, where that asks and its order alone doesn't, the order with a background. */
  UnquotedPieces pieces(OpenQuestions questions) {
    var whole = UnquotedPieces.none(request);
    if (clear(whole).isPresent()) {
      return whole;
    }
    var used = used();
    if (used.isEmpty()) {
      return whole;
    }
    var core = used.map(this::apart).filter(p -> p.beside().tells()).filter(this::isSure);
    if (core.isPresent()) {
      return core.get();
    }
    suggest(used.get(), questions);
    return whole;
  }

  /** Asks whether the order is all of it, and says in our words what that means. */
  private void suggest(Predicate<Token> used, OpenQuestions questions) {
    String order = text(used);
    if (!order.equals(request.text().strip())) {
      questions.ask(
          ClarificationQuestion.of(
                  "order-alone", "words", "May I leave out all but \"" + order + "\"?")
              .suggesting(clear(apart(used)).map(IntentSentence::of).or(() -> Optional.of(order))));
    }
  }

  private UnquotedPieces apart(Predicate<Token> used) {
    return UnquotedPieces.of(request, new Claims(used, used.negate()));
  }

  private Optional<Predicate<Token>> used() {
    return of(request)
        .filter(_ -> RequestRefusals.matter(RequestLexer.words(request.text(), names)).isEmpty());
  }

  /** What it means, where that leaves nothing to ask. */
  private Optional<Intent> clear(UnquotedPieces pieces) {
    var asked = new OpenQuestions();
    var read = new RequestGrammar(pieces, names, times, asked).read();
    return read.filter(_ -> asked.isEmpty());
  }

  /** Whether it uses each word that isn't beside it. */
  private boolean isSure(UnquotedPieces pieces) {
    var grammar = new RequestGrammar(pieces, names, times, new OpenQuestions());
    boolean pointing = grammar.tokens().stream().anyMatch(t -> t.rule().equals("antecedent"));
    return clear(pieces).isPresent()
        && grammar.tokens().stream().noneMatch(ClauseReader::leftover)
        && (!pointing || Antecedents.named(request));
  }

  /** Whether the order uses a token; empty where no sentence orders, or all do. */
  private static Optional<Predicate<Token>> of(ToldSentences request) {
    if (QUOTED.matcher(request.text()).find()) {
      return Optional.empty();
    }
    var used = new HashSet<Token>();
    request.sentences().stream()
        .filter(s -> !request.told().containsAll(s))
        .flatMap(s -> meant(s, SpeechAct.ordered(s)))
        .filter(OrderCore::carries)
        .flatMap(Token::all)
        .filter(t -> !request.explains(t))
        .forEach(used::add);
    return used.isEmpty() ? Optional.empty() : Optional.of(used::contains);
  }

  /** Phrases but for those of stories; their sentence is read once for all of them. */
  private static Stream<Token> meant(List<Token> sentence, Stream<Token> read) {
    var phrases = read.toList();
    var clauses = phrases.isEmpty() ? List.<RequestClause>of() : RequestClause.of(sentence);
    return phrases.stream().filter(t -> !isStory(clauses, t));
  }

  /** "…, northwind grew too": a part of the order's sentence that says no more than how it is. */
  private static boolean isStory(List<RequestClause> sentence, Token phrase) {
    return sentence.stream()
        .filter(c ->
            c.typed().getFirst().from() <= phrase.from() && phrase.to() <= c.typed().getLast().to())
        .filter(c -> !c.asks() && !has(c.typed(), "agreeing"))
        .anyMatch(c ->
            c.past()
                || ((c.describes() || ClauseReader.links(c.typed().getFirst()))
                    && c.read().stream().noneMatch(t -> t.is("op") || t.is("set") || sets(t))));
  }

  /** The sentences that it uses, as typed. */
  private String text(Predicate<Token> used) {
    return request.sentences().stream()
        .filter(s -> s.stream().anyMatch(used))
        .map(s -> request.text().substring(s.getFirst().from(), s.getLast().to()))
        .collect(Collectors.joining(". "));
  }

  private static boolean carries(Token token) {
    return !ClauseReader.leftover(token)
        && !token.is(Kind.WORD)
        && !(token.is(Kind.ROUTE) && token.text().matches("/\\p{Lu}\\p{L}+"))
        && WEAK.stream().noneMatch(token::is);
  }

  /**
   * Where a piece stands.
   *
   * @param behind whether the order stands before it
   * @param alone whether it is a sentence of its own
   * @param timed whether the order says by itself when
   */
  record Position(boolean behind, boolean alone, boolean timed) {}

  /**
   * Whether a piece says how the world is or was, and nothing about the request: of what, and by
   * which verb, is listed; a word of those who decide, of time, scope or trial takes it out.
   */
  static boolean states(ToldSentences request, List<Token> typed, Position at) {
    boolean bent =
        IntStream.range(0, typed.size())
            .anyMatch(i -> bends(typed, i, at) || (i < 2 && is(typed.get(i), "whole")));
    boolean quotes = has(typed, "speech") && (!at.alone() || typed.getLast().text().equals(":"));
    if (bent || quotes) {
      return false;
    }
    var said = typed.stream().filter(t -> !t.isMark()).toList();
    boolean event =
        said.stream()
            .filter(t -> !(at.behind() && is(t, "light")))
            .anyMatch(t -> Background.isEvent(t) || OrderEvidence.is(t, "past"));
    boolean topic = said.stream().anyMatch(OrderCore::isTopic);
    boolean front = at.alone() && !at.behind();
    boolean figure =
        said.stream().anyMatch(t -> t.is(Kind.NUMBER))
            && said.stream().noneMatch(t -> t.is(Kind.REFERENCE) || is(t, "place"));
    return (!figure && said.stream().allMatch(OrderCore::labels))
        || (at.alone() && at.behind() && signs(request, typed))
        || refers(said)
        || (topic && (event || (front && said.stream().anyMatch(OrderCore::tells))))
        || (has(said, "theirs") && (event || (front && has(said, "having"))))
        || (reason(typed, at) && topic);
  }

  private static boolean isTopic(Token token) {
    return is(token, "topic")
        || OrderEvidence.NAMES.contains(token.kind())
        || token.is(Kind.REFERENCE);
  }

  /** "INC-4711:", "ticket 12:". */
  private static boolean labels(Token token) {
    return token.is(Kind.REFERENCE)
        || token.is(Kind.NUMBER)
        || is(token, "place")
        || is(token, "leading")
        || is(token, "closing");
  }

  /** "Their ticket is NW-2291": where more is to be found. */
  private static boolean refers(List<Token> said) {
    return has(said, "place")
        && has(said, "having")
        && said.stream()
            .anyMatch(
                t -> t.is(Kind.REFERENCE) || t.is(Kind.NUMBER) || t.text().equals("attached"));
  }

  private static boolean reason(List<Token> typed, Position at) {
    var first = typed.getFirst();
    return !at.alone()
        && typed.size() > 1
        && ClauseReader.links(first)
        && (!first.text().equals("due") || typed.get(1).text().equals("to"))
        && (at.timed() || !first.text().equals("while"));
  }

  private static boolean bends(List<Token> typed, int i, Position at) {
    var token = typed.get(i);
    boolean dates = i + 1 < typed.size() && DATING.contains(typed.get(i + 1).text());
    boolean purpose = i > 0 && token.text().equals("that") && typed.get(i - 1).text().equals("so");
    boolean points = is(token, "pointing") && !dates && !purpose;
    boolean subject = i < 2 || token.text().equals("this") || is(typed.get(i - 1), "fact");
    boolean dated =
        OrderEvidence.is(token, "neutral")
            && !at.timed()
            && typed.stream().noneMatch(OrderCore::finite);
    return (points && (at.behind() || subject))
        || dated
        || is(token, "contrast")
        || is(token, "authority")
        || (is(token, "having") && i + 1 < typed.size() && typed.get(i + 1).text().equals("to"))
        || (token.is(Kind.INSTANT) && (at.behind() || !at.timed()))
        || OrderEvidence.is(token, "long")
        || (at.behind() && (is(token, "turn") || is(token, "self") || bears(token)));
  }

  /** A word that binds an order, and in front of it, or in a reason, only tells. */
  static boolean tells(Token word, Token first, boolean behind) {
    return (!behind && is(word, "fact")) || (ClauseReader.links(first) && is(word, "free"));
  }

  static boolean tells(Token token) {
    return is(token, "verb")
        || is(token, "having")
        || is(token, "place")
        || token.is(Kind.REFERENCE)
        || finite(token);
  }

  /** "Regards, Tomasz", or a last line of a name and a role. */
  private static boolean signs(ToldSentences request, List<Token> typed) {
    var first = typed.getFirst();
    String before = request.text().substring(0, first.from());
    boolean line = before.stripTrailing().length() < before.lastIndexOf('\n') + 1;
    boolean last = typed.getLast().equals(request.typed().getLast()) && typed.size() <= 2;
    boolean opens = (is(first, "closing") && !first.text().equals("from")) || line || last;
    return opens
        && typed.size() <= LONGEST_SIGNATURE
        && typed.stream().noneMatch(OrderCore::finite)
        && Character.isUpperCase(
            request
                .text()
                .charAt(typed.stream().filter(t -> !t.isMark()).findFirst().orElse(first).from()))
        && typed.stream()
            .allMatch(t ->
                is(t, "closing")
                    || is(t, "role")
                    || t.isMark()
                    || t.is(Kind.NUMBER)
                    || (t.is(Kind.ROUTE) && t.text().matches("/\\p{Lu}\\p{L}+"))
                    || (t.is(Kind.UNKNOWN) && t.rule().isEmpty()));
  }

  private static boolean bears(Token token) {
    boolean word = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
    return OrderEvidence.FIGURES.contains(token.kind())
        || token.is(Kind.TIME)
        || (word && Background.directs(token.text()));
  }

  /** "Confirmed", "crashed", "signed". */
  private static boolean finite(Token token) {
    boolean word = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
    return OrderEvidence.is(token, "past") || (word && token.text().matches("\\p{L}{2,}ed"));
  }

  /** What would be an order in words that are all understood. */
  static boolean sets(Token token) {
    return OrderEvidence.FIGURES.contains(token.kind()) || token.is("mode");
  }

  static Set<String> words(String key) {
    return WORDS.getOrDefault(key, Set.of());
  }

  static boolean has(List<Token> words, String key) {
    return words.stream().anyMatch(t -> is(t, key));
  }

  /** "Rejected calls": what came of calls, and not of the request. */
  static boolean counted(List<Token> words, int at) {
    return at + 1 < words.size() && is(words.get(at + 1), "calls");
  }

  static boolean is(Token token, String key) {
    boolean word = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
    return word && words(key).contains(token.text());
  }
}
