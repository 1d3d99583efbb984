package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.cue.BindingCue;
import dev.deployclaw.core.language.cue.CueReader;
import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The clauses of a request, beside a reader who quotes its sources. A clause without a source is
 * background, whatever stands in it, unless it could change what is done: by a value, a name, a
 * time or a guard that it doesn't only tell of, or by a cue. Background is shown and never stops;
 * the rest is a part of the order, whatever the reader thinks of it. One object, one reading.
 */
final class UnquotedPieces {
  private static final Map<String, String> WORDS =
      PatternTable.keys(UnquotedPieces.class, "unquoted.txt");

  private static final int NEAR = 5;

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
          "to-percent",
          "polite",
          "declined",
          "forever",
          "last");

  private static final Set<String> TIMED =
      Set.of("start", "until", "asked-time", "between", "span", "lasting");

  /** Words that end like verbs of what was. */
  private static final Set<String> NOUNS = Set.of("need", "speed", "feed", "indeed", "exceed", "proceed");

  private final ToldSentences sentences;
  private final Predicate<Token> quoted;
  private final Set<String> rest = new HashSet<>();
  private final Set<String> restWords = new HashSet<>();
  private final List<Token> told = new ArrayList<>();
  private final List<String> background = new ArrayList<>();
  private final List<BindingCue> cues = new ArrayList<>();

  private UnquotedPieces(ToldSentences sentences, Predicate<Token> quoted) {
    this.sentences = sentences;
    this.quoted = quoted;
  }

  /** Without a reader only what tells by itself is told. */
  static UnquotedPieces none(ToldSentences sentences) {
    var out = new UnquotedPieces(sentences, _ -> false);
    out.told.addAll(sentences.told());
    return out;
  }

  static UnquotedPieces of(ToldSentences sentences, Predicate<Token> quoted) {
    var out = new UnquotedPieces(sentences, quoted);
    var all = sentences.sentences().stream().map(s -> Clause.of(s, sentences)).toList();
    all.stream().flatMap(List::stream).filter(out::isCited).forEach(out::know);
    for (var clauses : all) {
      for (int i = 0; i < clauses.size(); i++) {
        boolean beside =
            clauses.size() == 1
                || out.isCited(clauses.get(i > 0 ? i - 1 : 1))
                || out.isCited(clauses.get(i));
        out.sort(clauses.get(i), beside);
      }
    }
    out.keepPhrases(all);
    return out;
  }

  /** A phrase that one clause begins and another ends is told by both or by none. */
  private void keepPhrases(List<List<Clause>> all) {
    all.stream()
        .flatMap(List::stream)
        .flatMap(c -> c.read().stream())
        .filter(t -> t.is(Kind.PHRASE))
        .map(t -> t.all().filter(part -> part.parts().isEmpty()).toList())
        .filter(parts -> !told.containsAll(parts))
        .forEach(told::removeAll);
  }

  private boolean isCited(Clause clause) {
    return clause.typed().stream().anyMatch(quoted);
  }

  private void know(Clause clause) {
    clause.read().stream()
        .flatMap(Token::all)
        .map(UnquotedPieces::key)
        .filter(key -> !key.isEmpty())
        .forEach(rest::add);
    clause.typed().stream().flatMap(Token::all).forEach(t -> restWords.add(t.text()));
  }

  /**
   * @param beside whether an order stands right beside it in its sentence, or it is all of it
   */
  private void sort(Clause clause, boolean beside) {
    var typed = clause.typed();
    boolean cited = isCited(clause);
    var found = CueReader.of(clause.read(), beside || clause.orders(), clause.past());
    cues.addAll(found);
    boolean bears =
        !sentences.signed().containsAll(typed)
            && clause.read().stream().anyMatch(t -> !inside(found, t) && bears(clause, t));
    if (cited || bears) {
      typed.stream()
          .filter(t -> !quoted.test(t) && (inside(found, t) || tells(clause, t)))
          .forEach(told::add);
      return;
    }
    told.addAll(typed);
    boolean mute =
        clause.read().stream().allMatch(t -> t.is(Kind.WORD) && !ClauseReader.leftover(t));
    if (!mute) {
      background.add(sentences.text().substring(typed.getFirst().from(), typed.getLast().to()));
    }
  }

  private static boolean inside(List<BindingCue> cues, Token token) {
    return cues.stream()
        .anyMatch(c -> c.kind().isWhole() && c.from() <= token.from() && token.to() <= c.to());
  }

  ToldSentences sentences() {
    return sentences;
  }

  boolean isQuoted(Token token) {
    return quoted.test(token);
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
  List<BindingCue> cues() {
    return List.copyOf(cues);
  }

  /**
   * A part of a sentence.
   *
   * @param read the same with the phrases of its sentence
   * @param asks whether its sentence ends with a question mark
   * @param past whether it tells of what was
   * @param seen whether it tells of that, or of what somebody sees
   */
  private record Clause(
      List<Token> typed, List<Token> read, boolean asks, boolean past, boolean seen) {
    static List<Clause> of(List<Token> sentence, ToldSentences all) {
      int end = sentence.getLast().to();
      var whole = new ArrayList<>(sentence);
      whole.add(Token.of(Kind.WORD, ".", end, end + 1));
      var read = PhraseReader.read(new TokenLine(whole)).tokens();
      boolean asks = all.text().startsWith("?", end);
      return cut(sentence).stream().map(typed -> of(typed, read, asks)).toList();
    }

    private static Clause of(List<Token> typed, List<Token> read, boolean asks) {
      int from = typed.getFirst().from();
      int to = typed.getLast().to();
      var mine = read.stream().filter(t -> t.to() > from && t.from() < to).toList();
      boolean orders =
          typed.stream().anyMatch(t -> is(t, "asking"))
              || mine.stream().anyMatch(t -> t.is("polite"));
      boolean past = IntStream.range(0, typed.size()).anyMatch(i -> past(typed, i));
      boolean seen = past || typed.stream().anyMatch(t -> is(t, "seen"));
      return new Clause(typed, mine, asks, past && !orders, seen && !orders);
    }

    /** "Signed", "has crashed", "took"; not "to be blocked". */
    private static boolean past(List<Token> typed, int at) {
      var word = typed.get(at);
      boolean plain = word.is(Kind.UNKNOWN) || word.is(Kind.WORD);
      boolean coming =
          typed.subList(Math.max(0, at - 2), at).stream().anyMatch(t -> is(t, "coming"));
      boolean ended = plain && word.text().endsWith("ed") && !NOUNS.contains(word.text());
      return is(word, "lately")
          || ((is(word, "past") || OrderEvidence.is(word, "past") || ended) && !coming);
    }

    private static List<List<Token>> cut(List<Token> sentence) {
      var out = new ArrayList<List<Token>>();
      out.add(new ArrayList<>());
      for (int i = 0; i < sentence.size(); i++) {
        var token = sentence.get(i);
        boolean marks = RequestGrammar.isMark(token) || is(token, "mark");
        boolean links = ClauseReader.links(token) && !token.text().equals("as");
        boolean joins = i + 1 < sentence.size() && is(token, "joining") && is(sentence.get(i + 1), "subject");
        if (marks || links || joins || is(token, "parting")) {
          out.add(new ArrayList<>());
        }
        if (!marks) {
          out.getLast().add(token);
        }
      }
      out.removeIf(List::isEmpty);
      return out.isEmpty() ? List.of(sentence) : out;
    }

    /** Whether it asks for something, or has no verb that tells. */
    boolean orders() {
      return typed.stream().anyMatch(t -> is(t, "asking") || is(t, "modal"))
          || read.stream().anyMatch(t -> t.is("polite"))
          || typed.stream().noneMatch(t -> is(t, "finite") || is(t, "seen") || t.is(Kind.UNKNOWN));
    }

    /** Whether it says of something without limits how it is: "the nodes are at 91 %". */
    boolean isAbout() {
      return !orders()
          && !points()
          && typed.stream().anyMatch(t -> is(t, "finite"))
          && typed.stream()
              .noneMatch(t -> is(t, "limits") || OrderEvidence.NAMES.contains(t.kind()));
    }

    /** Whether it is about the order itself: "it ends on Friday". */
    boolean points() {
      return typed.stream().limit(NEAR).anyMatch(t -> is(t, "pointing"));
    }

    /** The words right before one of it. */
    List<Token> before(Token token) {
      int at = (int) typed.stream().filter(t -> t.to() <= token.from()).count();
      return typed.subList(Math.max(0, at - NEAR), at);
    }
  }

  private boolean bears(Clause clause, Token token) {
    if (!token.is(Kind.NUMBER) && rest.contains(key(token))) {
      return false;
    }
    return switch (token.kind()) {
      case WORD, UNKNOWN, REFERENCE, ZONE, UNIT, PER -> false;
      case PHRASE -> phrase(clause, token);
      case TENANT, SERVICE, LABEL -> !clause.past() && !describes(clause);
      case RATE, COUNT, PARALLEL, FACTOR, PERCENT ->
          !clause.seen() && !observed(clause, token) && !clause.isAbout();
      case INSTANT, DATE, CLOCK, TIME -> bounds(clause, token);
      case DURATION -> alone(clause) && !clause.past();
      case ROUTE -> !clause.past() && !token.text().matches("/\\p{Lu}\\p{L}+");
      case BURST, WINDOW, METHOD, SETTING, EXECUTION, LIMIT, HEADER -> !clause.past();
      case NUMBER ->
          !clause.seen()
              && (clause.orders() || clause.points())
              && !counts(clause, token)
              && !observed(clause, token);
    };
  }

  private boolean phrase(Clause clause, Token phrase) {
    var parts = phrase.parts();
    boolean inside = parts.stream().filter(t -> !t.is(Kind.WORD)).anyMatch(t -> bears(clause, t));
    if (TIMED.contains(phrase.text())) {
      return !clause.past() && (phrase.is("lasting") || bounds(clause, phrase));
    }
    return switch (phrase.text()) {
      case "op", "set" -> directs(clause, phrase);
      case "mode" -> !clause.seen();
      case "last" -> clause.points();
      default -> inside || (!PLAIN.contains(phrase.text()) && !clause.past());
    };
  }

  /** A verb of ours where an order has it: at the front, behind a modal or behind whom it is for. */
  private boolean directs(Clause clause, Token verb) {
    var before = clause.before(verb);
    boolean weak = verb.is("set") && !OrderEvidence.orders(clause.typed(), verb, true);
    boolean noun =
        before.stream()
            .skip(Math.max(0, before.size() - 1L))
            .anyMatch(t -> OrderEvidence.is(t, "article") || is(t, "finite") || isNoun(t));
    return !clause.past() && !weak && !noun;
  }

  /** What somebody or something is, and not that it is so for others, too. */
  private static boolean describes(Clause clause) {
    return clause.typed().stream().anyMatch(t -> is(t, "finite") || is(t, "seen"))
        && clause.typed().stream().noneMatch(t -> is(t, "asking") || is(t, "alike") || is(t, "modal"))
        && clause.read().stream()
            .noneMatch(t -> t.is("op") || OrderEvidence.FIGURES.contains(t.kind()));
  }

  /** A figure behind a verb that tells, a word that guesses, or "up from". */
  private static boolean observed(Clause clause, Token figure) {
    var before = clause.before(figure);
    int last = before.size() - 1;
    boolean former =
        last > 0
            && before.get(last).text().equals("from")
            && Set.of("up", "down").contains(before.get(last - 1).text());
    return former
        || IntStream.range(0, before.size())
            .anyMatch(i -> is(before.get(i), "seen") || Clause.past(before, i));
  }

  /** A number of something that has no limits, or one that is a name: "12,000 rows", "rack 14". */
  private static boolean counts(Clause clause, Token number) {
    var before = clause.before(number);
    var next = clause.typed().stream().filter(t -> t.from() >= number.to()).findFirst();
    return next.filter(t -> t.is(Kind.UNKNOWN) || is(t, "counted")).isPresent()
        || (!before.isEmpty() && isNoun(before.getLast()));
  }

  private static boolean isNoun(Token token) {
    boolean word = token.is(Kind.WORD) && ClauseReader.leftover(token);
    boolean binds =
        Stream.of("asking", "modal", "pointing", "bound", "coming", "alike", "parting", "link")
            .anyMatch(key -> is(token, key));
    return (token.is(Kind.UNKNOWN) || word) && !binds;
  }

  /** A time that the order may begin or end with: it stands alone, behind a bound, or with "it". */
  private boolean bounds(Clause clause, Token time) {
    if (clause.past() || known(time) || names(clause, time)) {
      return false;
    }
    var before = clause.before(time);
    boolean bound =
        time.all().anyMatch(t -> is(t, "bound"))
            || (!before.isEmpty() && is(before.getLast(), "bound"));
    return bound || alone(clause) || clause.points() || clause.orders();
  }

  /** Whether there is nothing in it but values and small words. */
  private static boolean alone(Clause clause) {
    return clause.typed().stream()
        .noneMatch(t ->
            t.is(Kind.UNKNOWN)
                || t.is(Kind.REFERENCE)
                || is(t, "finite")
                || is(t, "seen")
                || (t.is(Kind.WORD) && ClauseReader.leftover(t) && !is(t, "bound")));
  }

  /** "The retro of 24 November", "Thursday's": a date that is a name. */
  private static boolean names(Clause clause, Token time) {
    var before = clause.before(time);
    var after = clause.typed().stream().filter(t -> t.from() >= time.to()).limit(1).toList();
    return (!before.isEmpty() && is(before.getLast(), "naming"))
        || after.stream()
            .anyMatch(t ->
                t.text().equals("'s")
                    || t.is(Kind.UNKNOWN)
                    || (time.is(Kind.TIME) && isNoun(t)));
  }

  /** A day that the order names, too. */
  private boolean known(Token time) {
    return restWords.containsAll(
        time.all().filter(t -> t.parts().isEmpty()).map(Token::text).toList());
  }

  /** What of a clause that orders only tells. */
  private boolean tells(Clause clause, Token token) {
    return switch (token.kind()) {
      case RATE, COUNT, PARALLEL, FACTOR, PERCENT -> observed(clause, token);
      case NUMBER -> counts(clause, token) || observed(clause, token);
      case INSTANT, DATE, CLOCK, TIME -> names(clause, token);
      case WORD ->
          clause.read().stream()
              .anyMatch(p ->
                  p.is("op")
                      && p.parts().size() == 1
                      && p.parts().contains(token)
                      && !directs(clause, p));
      default -> false;
    };
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
                  token.parts().stream().map(UnquotedPieces::key))
              .filter(k -> !k.isEmpty())
              .collect(Collectors.joining(" "));
    };
  }

  private static boolean is(Token token, String key) {
    boolean word = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
    return word && key.equals(WORDS.get(token.text()));
  }
}
