package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.grammar.UnquotedPieces.Claims;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.refusal.RequestRefusals;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.Intent;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The sentences of a ticket that order: they ask politely, begin with a verb of the grammar, say
 * what should be, or are made of values alone. What they use is what the grammar quotes of the
 * request, as a model quotes its sources. One object, one request.
 */
record OrderCore(ToldSentences request, EstateNames names, OpenQuestions times) {
  /** Somebody else's words, of more than one. */
  private static final Pattern QUOTED = Pattern.compile("[\"“„«][^\"”“»]*\\s[^\"”“»]*[\"”“»]");

  /** The whole, or, where that asks and its order alone doesn't, the order with a background. */
  UnquotedPieces pieces() {
    var whole = UnquotedPieces.none(request);
    if (clear(whole).isPresent()) {
      return whole;
    }
    var used = used();
    if (used.isEmpty()) {
      return whole;
    }
    return used.map(this::apart).filter(p -> p.beside().tells()).filter(this::isSure).orElse(whole);
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
        .flatMap(s -> meant(request, s))
        .filter(OrderCore::carries)
        .flatMap(Token::all)
        .filter(t -> !request.explains(t))
        .forEach(used::add);
    return used.isEmpty() ? Optional.empty() : Optional.of(used::contains);
  }

  /** Phrases but for those of stories. */
  private static Stream<Token> meant(ToldSentences request, List<Token> sentence) {
    var clauses = request.clauses(sentence);
    return SpeechAct.ordered(request, sentence).filter(t -> !isStory(clauses, t));
  }

  /** "…, northwind grew too": a part of the order's sentence that says no more than how it is. */
  private static boolean isStory(List<RequestClause> sentence, Token phrase) {
    return sentence.stream()
        .filter(c ->
            c.typed().getFirst().from() <= phrase.from() && phrase.to() <= c.typed().getLast().to())
        .filter(c -> !c.asks() && !TokenClass.has(c.typed(), "agreeing"))
        .anyMatch(c ->
            c.past()
                || ((c.describes() || ClauseReader.links(c.typed().getFirst()))
                    && c.read().stream()
                        .noneMatch(t -> TokenClass.is(t, "<op> | <set> | figure | <mode>"))));
  }

  /** The sentences that it uses. */
  static List<List<Token>> sentences(ToldSentences request) {
    var used = of(request).orElse(_ -> false);
    return request.sentences().stream().filter(s -> s.stream().anyMatch(used)).toList();
  }

  private static boolean carries(Token token) {
    return !ClauseReader.leftover(token)
        && !token.is(Kind.WORD)
        && !ToldSentences.isName(token)
        && !TokenClass.is(token, "unordering");
  }
}
