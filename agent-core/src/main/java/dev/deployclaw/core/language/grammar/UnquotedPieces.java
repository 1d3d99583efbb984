package dev.deployclaw.core.language.grammar;

import static dev.deployclaw.core.language.grammar.RequestClause.is;

import dev.deployclaw.core.language.cue.BindingCue;
import dev.deployclaw.core.language.cue.CueReader;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The clauses of a request, beside a reader who quotes its sources. A clause without a source is
 * background, whatever stands in it, unless it could change what is done: by a value, a name, a
 * time or a guard that it doesn't only tell of, or by a cue. Background is shown and never stops;
 * the rest is a part of the order, whatever the reader thinks of it. One object, one reading.
 */
public final class UnquotedPieces {
  /** Phrases that bear on nothing but by the names and figures in them. */
  private static final Set<String> PLAIN =
      Set.of(
          "who",
          "where",
          "was",
          "statement",
          "up",
          "down",
          "pronoun",
          "overall",
          "group",
          "labels",
          "set",
          "to-percent",
          "polite",
          "declined",
          "forever");

  private static final Set<String> TIMED =
      Set.of("start", "until", "asked-time", "between", "span", "lasting");

  private static final Set<Kind> TYPED =
      Set.of(Kind.NUMBER, Kind.DATE, Kind.TIME, Kind.CLOCK, Kind.INSTANT, Kind.REFERENCE);

  /** In a length of time that is still to come, whatever tells of it: "for the next 12 hours". */
  private static final Set<String> COMING = Set.of("next", "coming", "following");

  /** What a condition begins with that may be over. */
  private static final Set<String> SOFT = Set.of("before", "after", "following");

  private final ToldSentences sentences;
  private final Predicate<Token> quoted;
  private final Predicate<Token> unused;
  private final OrderContent order = new OrderContent();
  private final List<Token> told = new ArrayList<>();
  private final List<String> background = new ArrayList<>();
  private final List<BindingCue> cues = new ArrayList<>();
  private boolean quoting;

  private UnquotedPieces(ToldSentences sentences, Claims claims) {
    this.sentences = sentences;
    this.quoted = claims.quoted;
    this.unused = claims.unused;
  }

  /** Without a reader only what tells by itself is told. */
  static UnquotedPieces none(ToldSentences sentences) {
    var out = new UnquotedPieces(sentences, new Claims(_ -> false, _ -> false));
    out.told.addAll(sentences.told());
    return out;
  }

  /** Beside an order that was found without a reader. */
  static UnquotedPieces ordering(
      ToldSentences sentences, Predicate<Token> used, List<Token> told, List<String> background) {
    var out = new UnquotedPieces(sentences, new Claims(used, _ -> false));
    out.told.addAll(told);
    out.background.addAll(background);
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
    var all = sentences.sentences().stream().map(RequestClause::of).toList();
    all.stream()
        .flatMap(List::stream)
        .filter(out::isCited)
        .forEach(c -> out.order.add(c.typed(), c.read()));
    for (var clauses : all) {
      for (int i = 0; i < clauses.size(); i++) {
        if (i > 0 && clauses.get(i).hedges() && !clauses.get(i - 1).orders()) {
          out.tell(clauses.get(i));
        } else {
          out.part(clauses.get(i).in(out.isBeside(clauses, i)));
        }
      }
    }
    out.keepPhrases(all);
    return out;
  }

  /** Whether an order is in it or right beside it in its sentence, or it is all of that. */
  private boolean isBeside(List<RequestClause> clauses, int at) {
    return clauses.size() == 1
        ? isCited(clauses.getFirst()) || clauses.getFirst().opens()
        : isCited(clauses.get(at)) || isCited(clauses.get(at > 0 ? at - 1 : 1));
  }

  /** A phrase that one clause begins and another ends is told by both or by none. */
  private void keepPhrases(List<List<RequestClause>> all) {
    for (var clause : all.stream().flatMap(List::stream).toList()) {
      for (var phrase : clause.read()) {
        var parts =
            sentences.typed().stream()
                .filter(t -> t.from() >= phrase.from() && t.to() <= phrase.to())
                .filter(t -> !RequestGrammar.isMark(t))
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
    boolean tells = aside.filter(a -> isAside(a) && !(cited && a.binds())).isPresent();
    aside.filter(_ -> tells).ifPresent(this::tell);
    (tells ? clause.only(unused.negate()) : Optional.of(clause)).ifPresent(this::sort);
  }

  /** Whether words without a use order, narrow, delay and deny nothing. */
  private boolean isAside(RequestClause words) {
    return !words.alone()
        && !words.asks()
        && CueReader.of(words.read(), true, words.past()).stream().allMatch(this::isSoft)
        && words.read().stream().noneMatch(t -> (bears(words, t) && !words.isDate(t)));
  }

  /** "Before", "after", "as before": without a time of its own it may tell of what was. */
  private boolean isSoft(BindingCue cue) {
    String words = sentences.text().substring(cue.from(), cue.to()).toLowerCase(Locale.ROOT);
    return switch (cue.kind()) {
      case SOCIAL, NOW -> true;
      case CONDITION -> SOFT.contains(words.split("\\W", 2)[0]);
      case RESTORE -> words.endsWith("before");
      default -> false;
    };
  }

  private void sort(RequestClause clause) {
    var typed = clause.typed();
    boolean cited = isCited(clause);
    var found = CueReader.of(clause.read(), clause.beside() || clause.orders(), clause.past());
    cues.addAll(found);
    boolean bears =
        !sentences.signed().containsAll(typed)
            && !isReference(typed)
            && clause.read().stream().anyMatch(t -> !inside(found, t) && bears(clause, t));
    boolean ends =
        found.stream().anyMatch(c -> c.kind() == BindingCue.Kind.RESTORE)
            && clause.read().stream().flatMap(Token::all).anyMatch(t -> t.is(Kind.INSTANT));
    if (cited || bears || ends) {
      typed.stream()
          .filter(t ->
              quoted.test(t)
                  ? t.is(Kind.NUMBER) && counts(clause, t)
                  : inside(found, t) || tells(clause, t))
          .forEach(told::add);
      return;
    }
    tell(clause);
  }

  private void tell(RequestClause clause) {
    var typed = clause.typed();
    told.addAll(typed);
    boolean mute =
        clause.read().stream().allMatch(t -> t.is(Kind.WORD) && !ClauseReader.leftover(t));
    if (!mute) {
      background.add(sentences.text().substring(typed.getFirst().from(), typed.getLast().to()));
    }
  }

  /** "Ext. 4471": a number behind a word that only points elsewhere. */
  private boolean isReference(List<Token> words) {
    int from = words.getFirst().from();
    var before =
        sentences.typed().stream()
            .filter(t -> t.to() <= from && !RequestGrammar.isMark(t) && !RequestGrammar.isStop(t))
            .toList();
    return !before.isEmpty()
        && OrderEvidence.is(before.getLast(), "cue")
        && words.stream().allMatch(t -> TYPED.contains(t.kind()));
  }

  private static boolean inside(List<BindingCue> cues, Token token) {
    boolean timed =
        token.all().anyMatch(t -> t.is(Kind.INSTANT) || t.is(Kind.TIME) || t.is(Kind.DURATION));
    return cues.stream()
        .filter(c -> c.kind() == BindingCue.Kind.SOCIAL || (c.kind().isWhole() && !timed))
        .anyMatch(c -> c.from() <= token.from() && token.to() <= c.to());
  }

  ToldSentences sentences() {
    return sentences;
  }

  boolean isQuoted(Token token) {
    return quoted.test(token);
  }

  /** The clauses of such words. */
  public List<Token> clause(BindingCue cue) {
    var sentence = around(cue);
    return (sentence.isEmpty() ? List.<RequestClause>of() : RequestClause.of(sentence))
        .stream()
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
    return tokens.stream().filter(t -> OrderEvidence.NAMES.contains(t.kind())).toList();
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

  private boolean bears(RequestClause clause, Token token) {
    if (!token.is(Kind.NUMBER) && order.has(token)) {
      return false;
    }
    return switch (token.kind()) {
      case WORD, UNKNOWN, REFERENCE, ZONE, UNIT, PER -> false;
      case PHRASE -> phrase(clause, token);
      case TENANT, SERVICE, LABEL -> !clause.past() && !clause.describes();
      case RATE, COUNT, PARALLEL, FACTOR, PERCENT ->
          !clause.seen() && !clause.observed(token) && !clause.isAbout(token);
      case INSTANT, DATE, CLOCK, TIME -> bounds(clause, token);
      case DURATION -> clause.alone() && clause.beside() && !clause.past();
      case ROUTE -> !clause.past() && !token.text().matches("/\\p{Lu}\\p{L}+");
      case BURST, WINDOW, METHOD, SETTING, EXECUTION, LIMIT, HEADER -> !clause.past();
      case NUMBER ->
          !clause.seen()
              && clause.orders()
              && (clause.beside() || !clause.alone())
              && !counts(clause, token)
              && !clause.observed(token);
    };
  }

  private boolean phrase(RequestClause clause, Token phrase) {
    var parts = phrase.parts();
    boolean inside = parts.stream().filter(t -> !t.is(Kind.WORD)).anyMatch(t -> bears(clause, t));
    if (phrase.is("lasting") && phrase.all().anyMatch(t -> COMING.contains(t.text()))) {
      return true;
    }
    if (TIMED.contains(phrase.text())) {
      return clause.past()
          ? clause.isIt(phrase) && !phrase.is("start")
          : phrase.is("lasting") || bounds(clause, phrase);
    }
    return switch (phrase.text()) {
      case "op" -> clause.directs(phrase);
      case "mode" -> !clause.seen();
      case "last" -> clause.points();
      case "all", "others" -> !clause.past() && (clause.orders() || clause.points());
      default -> inside || (!PLAIN.contains(phrase.text()) && !clause.past());
    };
  }

  /** A number of something that has no limits, or one that is a name: "12,000 rows", "rack 14". */
  private boolean counts(RequestClause clause, Token number) {
    var before = clause.before(number);
    var next = clause.typed().stream().filter(t -> t.from() >= number.to()).findFirst();
    return typed(number).matches("(?i)one|zero")
        || next.filter(t -> RequestClause.isNoun(t) || is(t, "counted")).isPresent()
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
    boolean bound =
        time.all().anyMatch(t -> is(t, "bound"))
            || (!before.isEmpty() && is(before.getLast(), "bound"));
    return bound || (clause.alone() && clause.beside()) || clause.points() || clause.asks();
  }

  /** "The retro of 24 November", "Thursday's": a date that is a name. */
  private boolean names(RequestClause clause, Token time) {
    boolean dated = typed(time).chars().anyMatch(Character::isDigit);
    var before = clause.before(time);
    var after = clause.typed().stream().filter(t -> t.from() >= time.to()).limit(1).toList();
    return (!before.isEmpty() && is(before.getLast(), "naming"))
        || time.all().anyMatch(t -> t.text().equals("of"))
        || after.stream()
            .anyMatch(t ->
                t.text().equals("'s") || t.is(Kind.UNKNOWN) || (!dated && RequestClause.isNoun(t)));
  }

  /** What of a clause that orders only tells. */
  private boolean tells(RequestClause clause, Token token) {
    boolean story =
        clause.past()
            && clause.typed().stream()
                .filter(quoted)
                .allMatch(t ->
                    OrderEvidence.NAMES.contains(t.kind())
                        || (t.is(Kind.WORD) && !ClauseReader.leftover(t)));
    return switch (token.kind()) {
      case RATE, COUNT, PARALLEL, FACTOR, PERCENT -> story || clause.observed(token);
      case NUMBER -> story || counts(clause, token) || clause.observed(token);
      case INSTANT, DATE, CLOCK, TIME, DURATION -> story || names(clause, token);
      case WORD ->
          clause.read().stream()
              .filter(p -> p.parts().contains(token))
              .anyMatch(p ->
                  p.is("op")
                      ? !clause.directs(p)
                      : story && (p.is("mode") || (isCited(clause) && p.is("asked-time"))));
      default -> false;
    };
  }
}
