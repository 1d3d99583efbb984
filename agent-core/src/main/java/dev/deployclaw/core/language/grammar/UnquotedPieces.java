package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.cue.BindingCue;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The clauses of a request, beside a reader who quotes its sources. A clause without a source is
 * background, whatever stands in it, unless it could change what is done: by a value, a name, a
 * time or a guard that it doesn't only tell of, or by a cue. Background is shown and never stops;
 * the rest is a part of the order, whatever the reader thinks of it. One object, one reading.
 */
public final class UnquotedPieces {
  private final ToldSentences sentences;
  private final Predicate<Token> quoted;
  private final Predicate<Token> unused;
  private final OrderBearing.OrderContent order = new OrderBearing.OrderContent();
  private final List<Token> told = new ArrayList<>();
  private final List<String> background = new ArrayList<>();
  private final List<BindingCue> cues = new ArrayList<>();
  private final List<RequestClause> clauses = new ArrayList<>();
  private final OrderBearing bearing;
  private boolean quoting;

  private UnquotedPieces(ToldSentences sentences, Claims claims) {
    this.sentences = sentences;
    this.quoted = claims.quoted;
    this.unused = claims.unused;
    this.bearing = new OrderBearing(sentences, order, quoted);
  }

  /** Without a reader only what tells by itself is told. */
  static UnquotedPieces none(ToldSentences sentences) {
    var out = new UnquotedPieces(sentences, new Claims(_ -> false, _ -> false));
    out.told.addAll(sentences.told());
    return out;
  }

  /**
   * What a reader says of each word of a request, unchecked.
   *
   * @param quoted whether it is a source of the reading
   * @param unused whether it has no use there
   */
  public record Claims(Predicate<Token> quoted, Predicate<Token> unused) {}

  static UnquotedPieces of(ToldSentences sentences, Claims claims) {
    var out = new UnquotedPieces(sentences, claims);
    out.quoting = true;
    var all = sentences.clauses();
    all.forEach(out.clauses::addAll);
    out.clauses.stream().filter(out::isCited).forEach(c -> out.order.add(c.typed(), c.read()));
    for (var clauses : all) {
      for (int i = 0; i < clauses.size(); i++) {
        if (i > 0 && clauses.get(i).hedges() && !clauses.get(i - 1).orders()) {
          out.tell(clauses.get(i));
        } else {
          var clause = clauses.get(i).in(out.isBeside(clauses, i));
          boolean over = out.isOver(clauses, i) || (i == 0 && out.isAhead(clauses));
          out.part(over ? clause.over() : clause);
        }
      }
    }
    out.keepPhrases();
    return out;
  }

  /** Whether an order is in it or right beside it in its sentence, or it is all of that. */
  private boolean isBeside(List<RequestClause> clauses, int at) {
    if (TokenClass.is(clauses.get(at).typed().getFirst(), "binding-front")
        && clauses.stream().anyMatch(c -> isCited(c) && !(c.past() && bearing.names(c)))) {
      return true;
    }
    return clauses.size() == 1
        ? isCited(clauses.getFirst()) || clauses.getFirst().opens()
        : isCited(clauses.get(at)) || isCited(clauses.get(at > 0 ? at - 1 : 1));
  }

  /** "After the call with them (24 Nov) we settled on …": over, as what its main clause tells. */
  private boolean isOver(List<RequestClause> clauses, int at) {
    var typed = clauses.get(at).typed();
    int end = typed.getLast().to();
    var behind = clauses.subList(at + 1, clauses.size());
    var main =
        behind.stream()
            .filter(c -> !isOpen(sentences.text().substring(end, c.typed().getFirst().from())))
            .findFirst();
    boolean talked =
        TokenClass.has(typed, "consulting")
            && Stream.concat(behind.stream().limit(1), main.stream())
                .anyMatch(RequestClause::recounts);
    return TokenClass.is(typed.getFirst(), "soft")
        && typed.stream().noneMatch(t -> isValue(t) && !t.is(Kind.DURATION) && !t.is(Kind.NUMBER))
        && (talked || isTail(clauses, at));
  }

  /** "They have them, after eight months": of what all else in its sentence tells. */
  private boolean isTail(List<RequestClause> clauses, int at) {
    var before = clauses.getFirst();
    return at == 1
        && clauses.size() == 2
        && before.past()
        && bearing.names(before)
        && !isCited(clauses.get(at));
  }

  /** "Before they complain, set …": what is done at once is done before that. */
  private boolean isAhead(List<RequestClause> clauses) {
    var first = clauses.getFirst();
    return clauses.size() > 1
        && first.typed().size() > 2
        && first.typed().getFirst().text().equals("before")
        && first.typed().stream()
            .takeWhile(t -> !t.text().equals("like"))
            .noneMatch(UnquotedPieces::isValue)
        && isCited(clauses.get(1))
        && clauses.get(1).orders()
        && clauses.get(1).reads("<op> | <set>")
        && BindingCue.of(first.read(), false, false).isEmpty();
  }

  private static boolean isValue(Token token) {
    return !TokenClass.is(token, "<word> | <unknown> | <reference> | name");
  }

  private static boolean isOpen(String between) {
    return between.lastIndexOf('(') > between.lastIndexOf(')');
  }

  /** A phrase that one clause begins and another ends is told by both or by none. */
  private void keepPhrases() {
    for (var clause : clauses) {
      for (var phrase : clause.read()) {
        var parts =
            sentences.typed().stream()
                .filter(t -> t.from() >= phrase.from() && t.to() <= phrase.to())
                .filter(t -> !t.isMark())
                .toList();
        if (phrase.is(Kind.PHRASE) && !told.containsAll(parts)) {
          told.removeAll(parts);
        }
      }
    }
  }

  private boolean isCited(RequestClause clause) {
    return clause.typed().stream().anyMatch(quoted);
  }

  /** What of a clause its reader has no use for, where it only tells; then the rest. */
  private void part(RequestClause clause) {
    var aside = clause.only(unused);
    boolean cited = isCited(clause);
    boolean tells =
        aside.filter(a -> isAside(a, bearing.names(clause)) && !(cited && a.binds())).isPresent();
    aside.filter(_ -> tells).ifPresent(this::tell);
    (tells ? clause.only(unused.negate()) : Optional.of(clause)).ifPresent(this::sort);
  }

  /** Whether words without a use order, narrow, delay and deny nothing. */
  private boolean isAside(RequestClause words, boolean named) {
    return !words.alone()
        && !words.asks()
        && BindingCue.of(words.read(), true, words.past()).stream()
            .allMatch(c -> isSoft(c) || (named && isOwn(c, words)))
        && words.read().stream().noneMatch(t -> (bearing.is(words, t) && !words.isDate(t)));
  }

  /** "Before", "after", "as before": without a time of its own it may tell of what was. */
  private boolean isSoft(BindingCue cue) {
    String words = sentences.text().substring(cue.from(), cue.to()).toLowerCase(Locale.ROOT);
    return switch (cue.kind()) {
      case SOCIAL, NOW -> true;
      case RESTORE -> words.endsWith("before");
      default -> false;
    };
  }

  /** "I'd like to watch before we reject more": before what the clause itself tells. */
  private boolean isOwn(BindingCue cue, RequestClause words) {
    String first = sentences.text().substring(cue.from(), cue.to()).toLowerCase(Locale.ROOT);
    return cue.kind() == BindingCue.Kind.CONDITION
        && TokenClass.words("soft").contains(first.split("\\W", 2)[0])
        && !TokenClass.has(words.typed(), "itself")
        && words.typed().stream().anyMatch(t -> t.to() <= cue.from() && TokenClass.is(t, "subject"))
        && words.read().stream()
            .filter(t -> t.from() >= cue.to() && !t.is("pronoun"))
            .noneMatch(t -> t.is(Kind.PHRASE) || TokenClass.is(t, "name"));
  }

  private void sort(RequestClause clause) {
    var typed = clause.typed();
    boolean cited = isCited(clause);
    boolean orders = clause.beside() || clause.orders() || isDated(clause);
    var found = BindingCue.of(clause.read(), orders, clause.past());
    cues.addAll(found);
    boolean bears =
        !sentences.signed().containsAll(typed)
            && !isReference(typed)
            && clause.read().stream().anyMatch(t -> !inside(found, t) && bearing.is(clause, t));
    boolean ends =
        found.stream().anyMatch(c -> c.kind() == BindingCue.Kind.RESTORE)
            && clause.read().stream().flatMap(Token::all).anyMatch(t -> t.is(Kind.INSTANT));
    if (cited || bears || ends) {
      typed.stream()
          .filter(t ->
              quoted.test(t)
                  ? t.is(Kind.NUMBER) && bearing.counts(clause, t)
                  : inside(found, t) || bearing.tells(clause, t))
          .forEach(told::add);
      return;
    }
    tell(clause);
  }

  /** "Before acme gets more": it says when of the order itself. */
  private boolean isDated(RequestClause clause) {
    var behind =
        clause.read().stream().dropWhile(t -> !TokenClass.is(t, "binding-front")).skip(1).toList();
    return behind.stream().limit(1).anyMatch(t -> t.is("pronoun") || t.all().anyMatch(order::has))
        && TokenClass.has(behind, "<up> | <down> | <op> | figure | <mode> | value");
  }

  private void tell(RequestClause clause) {
    var typed = clause.typed();
    told.addAll(typed);
    boolean mute =
        clause.read().stream().allMatch(t -> t.is(Kind.WORD) && !ClauseReader.leftover(t));
    if (!mute) {
      background.add(sentences.text(typed));
    }
  }

  /** "Ext. 4471": a number behind a word that only points elsewhere. */
  private boolean isReference(List<Token> words) {
    int from = words.getFirst().from();
    var before = sentences.typed().stream().filter(t -> t.to() <= from && !t.isMark()).toList();
    return TokenClass.has(before, "cue $")
        && words.stream().allMatch(t -> TokenClass.is(t, "<number> | <reference> | moment"));
  }

  private static boolean inside(List<BindingCue> cues, Token token) {
    boolean timed = TokenClass.holds(token, "<instant> | <time> | <duration>");
    return cues.stream()
        .filter(c -> c.kind() == BindingCue.Kind.SOCIAL || (c.kind().isWhole() && !timed))
        .anyMatch(c -> c.from() <= token.from() && token.to() <= c.to());
  }

  /** What is beside the order of a reader that is the grammar itself. */
  public TicketBackground beside() {
    return new TicketBackground(sentences, quoted, told());
  }

  /** Clauses that a reader quotes as an order, and that are surely none. */
  public List<String> denied() {
    return quoting ? sentences.speech().denied(quoted) : List.of();
  }

  /** What it means that clauses are left out. */
  public LeftOutClauses leftOut() {
    return new LeftOutClauses(sentences, clauses, quoting ? quoted : _ -> true);
  }

  /** Whether a word of no one's is asked for before all else that a reader takes. */
  boolean isAhead(Token word) {
    var own = own(word);
    return own.stream()
            .allMatch(c ->
                !c.past()
                    && c.read().stream()
                        .filter(t -> t.from() < word.from() || word.to() < t.to())
                        .noneMatch(
                            t -> ClauseReader.leftover(t) && !TokenClass.is(t, "ahead-of-all")))
        && clauses.stream()
            .filter(c -> isCited(c) && c.reads("<op> | figure | <mode> | <number>"))
            .allMatch(c -> own.contains(c) || word.to() <= c.typed().getFirst().from());
  }

  /** Whether no source but names is in the clauses of a word. */
  public boolean isBeside(Token word) {
    return own(word).stream()
        .flatMap(c -> c.read().stream())
        .noneMatch(t -> t.all().anyMatch(quoted) && !TokenClass.is(t, "name | <who> | <where>"));
  }

  private List<RequestClause> own(Token word) {
    return clauses.stream()
        .filter(c -> c.typed().getFirst().from() < word.to())
        .filter(c -> word.from() < c.typed().getLast().to())
        .toList();
  }

  /** Whether some words are a time in words, and nothing else: no name, value, guard or denial. */
  public boolean isTime(Predicate<Token> words) {
    var some =
        typed().stream().filter(words).dropWhile(t -> TokenClass.is(t, "time-front")).toList();
    return TokenClass.has(some, "moment | <number> | <duration> | <unit>")
        && some.stream()
            .allMatch(t ->
                TokenClass.is(
                        t, "moment | <number> | <duration> | <unit> | <zone> | <word> | <unknown>")
                    && !TokenClass.is(t, "turning"));
  }

  ToldSentences sentences() {
    return sentences;
  }

  boolean isQuoted(Token token) {
    return quoted.test(token);
  }

  /** The clauses of such words. */
  public List<Token> clause(BindingCue cue) {
    return clauses.stream()
        .map(RequestClause::typed)
        .filter(t -> t.getFirst().from() < cue.to() && cue.from() < t.getLast().to())
        .flatMap(List::stream)
        .toList();
  }

  /** The tokens of a request that only tell. */
  List<Token> told() {
    return List.copyOf(told);
  }

  /** The pieces that only tell, as typed. */
  List<String> background() {
    return List.copyOf(background);
  }

  /** Words that bind the order; a reading may say the same. */
  public List<BindingCue> cues() {
    return List.copyOf(cues);
  }

  /** The sentence of such words. */
  public List<Token> around(BindingCue cue) {
    return sentences.sentences().stream()
        .filter(s -> s.getFirst().from() <= cue.from() && cue.to() <= s.getLast().to())
        .findFirst()
        .orElse(List.of());
  }

  /** The names that such words are about: those of their clause, else of their sentence. */
  public List<Token> named(BindingCue cue) {
    var sentence = around(cue);
    if (sentence.isEmpty()) {
      return List.of();
    }
    var near = names(clause(cue));
    return near.isEmpty() ? names(sentence) : near;
  }

  private static List<Token> names(List<Token> tokens) {
    return tokens.stream().filter(t -> TokenClass.is(t, "name")).toList();
  }

  /** Whether a reader quotes. */
  public boolean isQuoting() {
    return quoting;
  }

  /** The request. */
  public String text() {
    return sentences.text();
  }

  /** All tokens, with those that only tell. */
  public List<Token> typed() {
    return sentences.typed();
  }
}
