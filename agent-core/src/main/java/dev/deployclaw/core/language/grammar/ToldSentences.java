package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which whole sentences of a request only tell: what was, or how something is that has no limits.
 * Their numbers and times belong to no order. Text that a ticket ends with is told, too.
 */
final class ToldSentences {
  private static final Map<String, String> WORDS =
      PatternTable.keys(ToldSentences.class, "telling.txt");

  private static final Pattern END = Pattern.compile("[.!?]+(?=\\s|$)|[;\\n]+");
  private static final Pattern ASIDE = Pattern.compile("\\([^()\\n]*\\)");

  /** What is said in figures: told only right behind a verb that tells. */
  private static final Set<Kind> FIGURES =
      Set.of(Kind.RATE, Kind.COUNT, Kind.PARALLEL, Kind.FACTOR, Kind.PERCENT);

  private static final Set<Kind> NAMES = Set.of(Kind.TENANT, Kind.SERVICE, Kind.LABEL);

  private static final Set<Kind> TIMES =
      Set.of(Kind.INSTANT, Kind.DATE, Kind.CLOCK, Kind.TIME, Kind.DURATION);

  private static final Set<Kind> ORDERING =
      Set.of(
          Kind.ROUTE,
          Kind.METHOD,
          Kind.BURST,
          Kind.WINDOW,
          Kind.SETTING,
          Kind.EXECUTION,
          Kind.LIMIT);

  private static final Set<String> GUARDS =
      Set.of(
          "op",
          "mode",
          "dry-run",
          "manual",
          "automatic",
          "canary",
          "bake",
          "p99",
          "except",
          "spare",
          "fallback",
          "outage",
          "declined",
          "polite",
          "forever",
          "temporarily",
          "live",
          "last",
          "key",
          "per-key",
          "let-at-most",
          "until",
          "lasting",
          "by-amount");

  private static final Set<String> FUTURE = Set.of("start", "between", "span");

  private static final BigDecimal SECOND = BigDecimal.valueOf(1000);
  private static final List<String> DASHES = List.of("--", "—", "–", "~");

  private static final int NEAR = 3;
  private static final int FIRST_WORDS = 6;
  private static final int SIGNED_WORDS = 9;
  private static final int NAME_WORDS = 4;

  private final String text;
  private final List<Token> typed;

  private final Predicate<Token> dismissed;
  private final List<Token> whole;

  ToldSentences(String text, List<Token> typed) {
    this(text, typed, _ -> false);
  }

  private ToldSentences(String text, List<Token> typed, Predicate<Token> dismissed) {
    this.text = text;
    this.typed = List.copyOf(typed);
    this.dismissed = dismissed;
    this.whole = whole();
  }

  /**
   * The same for a reader that has no use for some words: a clause of nothing else is told where it
   * tells by itself, whatever sentence it stands in.
   */
  ToldSentences dismissing(Predicate<Token> words) {
    return new ToldSentences(text, typed, words);
  }

  String text() {
    return text;
  }

  /** The clauses that are told only since the reader has no use for them. */
  private List<List<Token>> dismissed() {
    return sentences().stream()
        .flatMap(sentence -> clauses(sentence).stream())
        .filter(clause -> clause.stream().noneMatch(whole::contains))
        .filter(clause -> clause.stream().allMatch(dismissed) && tells(clause, false))
        .toList();
  }

  List<String> dismissedWords() {
    return dismissed().stream()
        .map(clause -> text.substring(clause.getFirst().from(), clause.getLast().to()))
        .toList();
  }

  private static List<List<Token>> clauses(List<Token> sentence) {
    var out = new ArrayList<List<Token>>();
    out.add(new ArrayList<>());
    for (Token token : sentence) {
      if (RequestGrammar.isMark(token)) {
        out.add(new ArrayList<>());
      } else {
        out.getLast().add(token);
      }
    }
    out.removeIf(List::isEmpty);
    return out;
  }

  /** The tokens that only tell, in order. */
  List<Token> told() {
    return Stream.concat(whole.stream(), dismissed().stream().flatMap(List::stream))
        .sorted(Comparator.comparingInt(Token::from))
        .toList();
  }

  /** Those of whole sentences and of brackets. */
  private List<Token> whole() {
    var out = new ArrayList<Token>();
    var sentences = sentences();
    boolean behind = false;
    for (int i = 0; i < sentences.size(); i++) {
      var sentence = sentences.get(i);
      if (tells(sentence, behind) || (i > 0 && signs(sentences, i))) {
        out.addAll(sentence);
      } else {
        behind |= sentence.stream().anyMatch(t -> NAMES.contains(t.kind()));
        asides(sentence).forEach(out::addAll);
      }
    }
    return out;
  }

  /** Cut where a sentence or a line ends; brackets aren't cut. */
  private List<List<Token>> sentences() {
    String joined = ASIDE.matcher(text).replaceAll(m -> "_".repeat(m.group().length()));
    var out = new ArrayList<List<Token>>();
    int from = 0;
    var ends = END.matcher(joined);
    while (ends.find()) {
      out.add(between(from, ends.start()));
      from = ends.end();
    }
    out.add(between(from, text.length()));
    out.removeIf(List::isEmpty);
    return out;
  }

  private List<Token> between(int from, int to) {
    return typed.stream().filter(t -> t.from() >= from && t.to() <= to).toList();
  }

  /** Brackets that tell, or only point elsewhere. */
  private List<List<Token>> asides(List<Token> sentence) {
    int from = sentence.getFirst().from();
    int to = sentence.getLast().to();
    return ASIDE
        .matcher(text)
        .results()
        .filter(m -> m.start() >= from && m.end() <= to)
        .map(m -> between(m.start() + 1, m.end() - 1))
        .filter(inside -> !inside.isEmpty() && tells(inside, false))
        .toList();
  }

  /** "See https://…", "ext. 2204": where more is to be found. */
  private static boolean refers(List<Token> words) {
    boolean cue = words.stream().anyMatch(t -> t.is(Kind.REFERENCE) || is(t, "cue"));
    return cue
        && words.stream()
            .allMatch(t ->
                t.is(Kind.REFERENCE)
                    || t.is(Kind.NUMBER)
                    || is(t, "cue")
                    || RequestGrammar.isMark(t)
                    || t.text().equals("."));
  }

  /**
   * Whether it says what was, or how something is that has no limits, and nothing to be done.
   *
   * @param behind whether an order may stand before it, which its figures and times could be for
   */
  private boolean tells(List<Token> words, boolean behind) {
    if (refers(words)) {
      return true;
    }
    boolean stative =
        words.stream().limit(FIRST_WORDS).anyMatch(t -> is(t, "thing"))
            && words.stream().anyMatch(t -> is(t, "stative"))
            && words.stream().noneMatch(t -> NAMES.contains(t.kind()));
    boolean past = words.stream().anyMatch(t -> is(t, "past"));
    boolean open = past && !stative && behind && words.stream().anyMatch(ToldSentences::bears);
    return (past || stative)
        && !open
        && !asks(words)
        && orderless(words, past)
        && (stative || (figured(words) && !branches(words)));
  }

  private static boolean bears(Token token) {
    return FIGURES.contains(token.kind())
        || NAMES.contains(token.kind())
        || TIMES.contains(token.kind());
  }

  private boolean asks(List<Token> words) {
    return text.startsWith("?", words.getLast().to());
  }

  /** "Contoso spiked, a reseller did it": what follows may say that it was somebody else. */
  private boolean branches(List<Token> words) {
    int depth = 0;
    boolean comma = false;
    for (Token token : words) {
      char first = text.charAt(token.from());
      depth += first == '(' ? 1 : first == ')' ? -1 : 0;
      comma |= depth == 0 && token.is(Kind.WORD) && first == ',';
    }
    return comma && words.stream().anyMatch(t -> t.is(Kind.TENANT));
  }

  /** Whether no word of it orders, narrows, delays or denies. */
  static boolean orderless(List<Token> words, boolean past) {
    boolean directs =
        IntStream.range(0, words.size())
            .filter(i -> words.get(i).is(Kind.WORD) || words.get(i).is(Kind.UNKNOWN))
            .anyMatch(i -> is(words.get(i), "stop") || directs(words, i));
    boolean lasts = IntStream.range(0, words.size()).anyMatch(i -> lasts(words, i));
    boolean refused =
        words.stream().anyMatch(t -> is(t, "turned-down"))
            && words.stream().noneMatch(t -> t.is(Kind.NUMBER));
    return !directs
        && !lasts
        && !refused
        && words.stream().noneMatch(t -> t.is(Kind.INSTANT))
        && words.stream().noneMatch(t -> ORDERING.contains(t.kind()))
        && PhraseReader.read(new TokenLine(words)).tokens().stream()
            .noneMatch(t -> orders(words, t, past));
  }

  /** A length of time that is neither past nor the answer time of a gateway. */
  private static boolean lasts(List<Token> words, int at) {
    var word = words.get(at);
    boolean been = words.stream().anyMatch(t -> t.text().equals("been"));
    boolean ago = at + 1 < words.size() && words.get(at + 1).text().equals("ago");
    boolean referred = words.stream().anyMatch(t -> t.is(Kind.REFERENCE));
    boolean counted = at > 0 && words.get(at - 1).is(Kind.NUMBER) && is(word, "long");
    return (word.is(Kind.DURATION) && !been && !ago && word.value().compareTo(SECOND) >= 0)
        || (counted && !been && !referred);
  }

  /** "When p99 went up" dates what is told; "when it is done" doesn't. */
  private static boolean directs(List<Token> words, int at) {
    var word = words.get(at);
    boolean dates =
        word.text().equals("when")
            && words.stream().skip(at + 1L).limit(NEAR).anyMatch(t -> is(t, "past"));
    return Background.directs(word.text()) && !is(word, "neutral") && !is(word, "long") && !dates;
  }

  private static boolean orders(List<Token> words, Token token, boolean past) {
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
  private static boolean figured(List<Token> words) {
    for (int i = 0; i < words.size(); i++) {
      if (FIGURES.contains(words.get(i).kind())) {
        var before = words.subList(Math.max(0, i - NEAR - 2), i);
        boolean near =
            before.stream().anyMatch(t -> is(t, "past"))
                && before.stream().noneMatch(t -> NAMES.contains(t.kind()));
        boolean joined = i > 1 && FIGURES.contains(words.get(i - 2).kind());
        if (!near && !joined) {
          return false;
        }
      }
    }
    return true;
  }

  /** The last lines, from the one that greets on: who asks, and how to reach them. */
  private boolean signs(List<List<Token>> sentences, int at) {
    int first = at;
    for (int i = sentences.size() - 1; i > 0 && signing(sentences.get(i)); i--) {
      first = closes(sentences.get(i)) ? i : first;
    }
    if (at == sentences.size() - 1 && named(sentences.get(at)) && fresh(sentences.get(at))) {
      return true;
    }
    boolean rest =
        sentences.subList(first, sentences.size()).stream().allMatch(ToldSentences::signing);
    return rest && at >= first && closes(sentences.get(first)) && fresh(sentences.get(first));
  }

  private boolean fresh(List<Token> line) {
    return text.substring(0, line.getFirst().from()).stripTrailing().length()
            < line.getFirst().from()
        && text.lastIndexOf('\n', line.getFirst().from()) >= 0
        && text.substring(text.lastIndexOf('\n', line.getFirst().from()), line.getFirst().from())
            .isBlank();
  }

  /** "Lena, on call": a line of a name and what its bearer does. */
  private boolean named(List<Token> line) {
    var said = line.stream().filter(t -> !RequestGrammar.isMark(t)).toList();
    String before = text.substring(0, line.getFirst().from()).strip();
    return signing(line)
        && said.size() <= NAME_WORDS
        && said.stream().allMatch(t -> t.is(Kind.UNKNOWN) || is(t, "role"))
        && Character.isUpperCase(text.charAt(line.getFirst().from()))
        && before.matches("(?s).*[.!?]");
  }

  private boolean closes(List<Token> line) {
    boolean dashed = DASHES.stream().anyMatch(d -> text.startsWith(d, line.getFirst().from()));
    return dashed
        || line.stream()
            .filter(t -> !RequestGrammar.isMark(t))
            .limit(2)
            .anyMatch(t -> is(t, "closing"));
  }

  private static boolean signing(List<Token> line) {
    var said = line.stream().filter(t -> !RequestGrammar.isMark(t)).toList();
    boolean plain =
        said.stream()
            .allMatch(t ->
                t.is(Kind.WORD)
                    || t.is(Kind.REFERENCE)
                    || (t.is(Kind.UNKNOWN) && t.rule().isEmpty())
                    || (t.is(Kind.ROUTE) && t.text().matches("/\\p{Lu}\\p{L}+"))
                    || (t.is(Kind.NUMBER) && line.stream().anyMatch(w -> is(w, "cue"))));
    var words = said.stream().filter(t -> !t.is(Kind.ROUTE)).toList();
    return plain && said.size() <= SIGNED_WORDS && orderless(words, false);
  }

  private static boolean is(Token token, String key) {
    boolean word = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
    return word && key.equals(WORDS.get(token.text()));
  }
}
