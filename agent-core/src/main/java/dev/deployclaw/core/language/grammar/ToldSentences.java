package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which whole sentences of a request only tell: what was, or how something is that has no limits.
 * Their numbers and times belong to no order. Text that a ticket ends with is told, too. One
 * thread.
 */
final class ToldSentences {
  private static final Pattern END =
      Pattern.compile(
          "(?<!(?i)\\b(?:ext|no|ref|mr|mrs|dr|cf|tel|approx|incl))[.!?]+(?=\\s|$)|[;\\n]+");
  private static final Pattern ASIDE = Pattern.compile("\\([^()\\n]*\\)");

  private static final List<String> DASHES = List.of("--", "—", "–", "~");

  private static final int FIRST_WORDS = 6;
  private static final int SIGNED_WORDS = 9;
  private static final int NAME_WORDS = 4;

  private final String text;
  private final List<Token> typed;
  private final List<List<Token>> sentences;
  private final List<Token> told;
  private final List<Token> signed = new ArrayList<>();
  private final Map<List<Token>, List<RequestClause>> clauses = new HashMap<>();
  private final Map<List<Token>, List<Token>> phrases = new HashMap<>();
  private Optional<SpeechAct> speech = Optional.empty();

  ToldSentences(String text, List<Token> typed) {
    this.text = text;
    this.typed = List.copyOf(typed);
    this.sentences = cut();
    this.told = whole();
  }

  String text() {
    return text;
  }

  /** Words of it as they are written. */
  String text(List<Token> words) {
    return text.substring(words.getFirst().from(), words.getLast().to());
  }

  List<Token> typed() {
    return typed;
  }

  /** The parts of each sentence. */
  List<List<RequestClause>> clauses() {
    return sentences.stream().map(this::clauses).toList();
  }

  /** The parts of a sentence; read when they are asked for, as are phrases and the speech act. */
  List<RequestClause> clauses(List<Token> sentence) {
    return clauses.computeIfAbsent(sentence, s -> RequestClause.cut(s, read(s)));
  }

  /** The phrases of a sentence by itself: none reaches beyond its end. */
  List<Token> read(List<Token> sentence) {
    int end = sentence.getLast().to();
    var stop = Token.of(Kind.WORD, ".", end, end + 1);
    return phrases(Stream.concat(sentence.stream(), Stream.of(stop)).toList());
  }

  /** Some of its words with a token for each phrase. */
  List<Token> phrases(List<Token> words) {
    return phrases.computeIfAbsent(words, PhraseReader::read);
  }

  /** What of it orders. */
  SpeechAct speech() {
    var read = speech.orElseGet(() -> new SpeechAct(this));
    speech = Optional.of(read);
    return read;
  }

  /** The tokens that only tell, in order. */
  List<Token> told() {
    return told;
  }

  /** Those of the lines that a ticket ends with. */
  List<Token> signed() {
    return signed;
  }

  /** Those of whole sentences and of brackets. */
  private List<Token> whole() {
    var out = new ArrayList<Token>();
    boolean behind = false;
    for (int i = 0; i < sentences.size(); i++) {
      var sentence = sentences.get(i);
      boolean signs = i > 0 && signs(sentences, i);
      if (signs || tells(sentence, behind)) {
        out.addAll(sentence);
        signed.addAll(signs ? sentence : List.of());
      } else {
        behind |= TokenClass.has(sentence, "name");
        asides(sentence).forEach(out::addAll);
      }
    }
    out.sort(Comparator.comparingInt(Token::from));
    return List.copyOf(out);
  }

  /** Cut where a sentence or a line ends; brackets aren't cut. */
  List<List<Token>> sentences() {
    return sentences;
  }

  private List<List<Token>> cut() {
    String joined = ASIDE.matcher(text).replaceAll(m -> "_".repeat(m.group().length()));
    var out = new ArrayList<List<Token>>();
    int from = 0;
    var ends = END.matcher(joined);
    while (ends.find()) {
      if (!RequestLexer.isAbbreviating(text, ends.start())) {
        out.add(between(from, ends.start()));
        from = ends.end();
      }
    }
    out.add(between(from, text.length()));
    out.removeIf(List::isEmpty);
    return List.copyOf(out);
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
        .filter(inside -> !inside.isEmpty() && tells(inside, true))
        .toList();
  }

  /** A figure in brackets beside a source, a guess or what was: "(5,000 per hour, signed 2024)". */
  boolean explains(Token figure) {
    return ASIDE
        .matcher(text)
        .results()
        .filter(m -> m.start() < figure.from() && figure.to() <= m.end())
        .map(m -> between(m.start() + 1, m.end() - 1))
        .anyMatch(inside ->
            !TokenClass.has(inside, "correcting")
                && (TokenClass.has(inside, "<reference> | seen")
                    || IntStream.range(0, inside.size())
                        .anyMatch(i -> RequestClause.past(inside, i))));
  }

  /** "See https://…", "ext. 2204": where more is to be found. */
  private static boolean refers(List<Token> words) {
    return TokenClass.has(words, "<reference> | cue")
        && words.stream()
            .allMatch(t -> t.isMark() || TokenClass.is(t, "<reference> | <number> | cue"));
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
        words.stream().limit(FIRST_WORDS).anyMatch(t -> TokenClass.is(t, "thing"))
            && TokenClass.has(words, "stative")
            && !TokenClass.has(words, "name | moment | <duration> | <unknown>")
            && !TokenClass.has(words, "overruling | authority")
            && (TokenClass.has(words, "room")
                || !TokenClass.has(words, "figure | <number> | turning"));
    boolean past =
        words.stream()
            .anyMatch(t -> TokenClass.is(t, "past") && !(behind && TokenClass.is(t, "light")));
    boolean open =
        past
            && !stative
            && behind
            && TokenClass.has(words, "figure | <number> | name | moment | <duration>");
    return (past || stative)
        && !open
        && (behind || !OrderEvidence.introduces(words))
        && !text.startsWith("?", words.getLast().to())
        && OrderEvidence.orderless(words, past)
        && (stative || (OrderEvidence.figured(words) && !branches(words)));
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
    return comma && TokenClass.has(words, "<tenant>");
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
    boolean rest = sentences.subList(first, sentences.size()).stream().allMatch(this::signing);
    return rest && at >= first && closes(sentences.get(first)) && fresh(sentences.get(first));
  }

  private boolean fresh(List<Token> line) {
    String before = text.substring(0, line.getFirst().from());
    return before.matches("(?s).*\\n\\s*");
  }

  /** "Lena, on call": a line of a name and what its bearer does. */
  private boolean named(List<Token> line) {
    var said = line.stream().filter(t -> !t.isMark()).toList();
    String before = text.substring(0, line.getFirst().from()).strip();
    return signing(line)
        && said.size() <= NAME_WORDS
        && said.stream().allMatch(t -> TokenClass.is(t, "<unknown> | position"))
        && said.stream().noneMatch(t -> t.text().matches(".*(?:ed|ly|ing)"))
        && Character.isUpperCase(text.charAt(line.getFirst().from()))
        && before.matches("(?s).*[.!?]");
  }

  private boolean closes(List<Token> line) {
    boolean dashed = DASHES.stream().anyMatch(d -> text.startsWith(d, line.getFirst().from()));
    return dashed
        || line.stream()
            .filter(t -> !t.isMark())
            .limit(2)
            .anyMatch(t -> TokenClass.is(t, "signing"));
  }

  /** A name, or what its bearer does. */
  private boolean signs(Token unknown) {
    return Character.isUpperCase(text.charAt(unknown.from()))
        || TokenClass.words("position").contains(unknown.text())
        || TokenClass.words("cue").contains(unknown.text());
  }

  /** "/Lena". */
  static boolean isName(Token token) {
    return token.is(Kind.ROUTE) && token.text().matches("/\\p{Lu}\\p{L}+");
  }

  private boolean signing(List<Token> line) {
    var said = line.stream().filter(t -> !t.isMark()).toList();
    String told = "<word> | <reference>";
    String names = TokenClass.has(said, "<unknown>") ? " | name" : "";
    String numbers = TokenClass.has(line, "cue") ? " | <number>" : "";
    boolean plain =
        said.stream()
            .allMatch(t ->
                TokenClass.is(t, told + names + numbers)
                    || (t.is(Kind.UNKNOWN) && t.rule().isEmpty() && signs(t))
                    || isName(t));
    var words = said.stream().filter(t -> !t.is(Kind.ROUTE)).toList();
    return plain && said.size() <= SIGNED_WORDS && OrderEvidence.orderless(words, false);
  }
}
