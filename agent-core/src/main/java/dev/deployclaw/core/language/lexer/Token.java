package dev.deployclaw.core.language.lexer;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A typed piece of a request with its place.
 *
 * @param text the word; the name; the name of the phrase; a label as {@code key=value}
 * @param value of what is a number; milliseconds of a duration
 * @param window of a rate, in milliseconds; else zero
 * @param from first character in the request, from 0
 * @param to one past the last
 * @param rule how it was understood: {@code exact}, {@code typo}, {@code number}, …
 * @param parts the tokens that it was put together from
 */
public record Token(
    Kind kind,
    String text,
    BigDecimal value,
    BigDecimal window,
    int from,
    int to,
    String rule,
    List<Token> parts) {

  private static final Set<String> STOPS = Set.of(".", ";", "!", "?");

  /** What a token is. */
  public enum Kind {
    WORD,
    UNKNOWN,
    TENANT,
    SERVICE,
    LABEL,
    ROUTE,
    METHOD,
    EXECUTION,
    HEADER,
    LIMIT,
    REFERENCE,
    INSTANT,
    DATE,
    CLOCK,
    ZONE,
    TIME,
    NUMBER,
    UNIT,
    PER,
    DURATION,
    PERCENT,
    FACTOR,
    COUNT,
    RATE,
    PARALLEL,
    BURST,
    WINDOW,
    SETTING,
    PHRASE;

    private final String word = name().toLowerCase(Locale.ROOT);
    private final String shape = "<" + word + ">";

    /** How patterns and classes of words write it. */
    public String shape() {
      return shape;
    }
  }

  public Token {
    parts = List.copyOf(parts);
  }

  /** One that is understood as its kind says. */
  public static Token of(Kind kind, String text, int from, int to) {
    return new Token(kind, text, BigDecimal.ZERO, BigDecimal.ZERO, from, to, kind.word, List.of());
  }

  static Token word(String text, int from, int to) {
    return of(Kind.WORD, text, from, to);
  }

  /** One token out of several, in order and not empty. */
  public static Token join(Kind kind, String text, String rule, List<Token> parts) {
    int from = parts.getFirst().from();
    int to = parts.getLast().to();
    return new Token(kind, text, BigDecimal.ZERO, BigDecimal.ZERO, from, to, rule, parts);
  }

  /** The same, understood in another way. */
  public Token by(String other) {
    return new Token(kind, text, value, window, from, to, other, parts);
  }

  Token with(BigDecimal number) {
    return with(number, window);
  }

  Token with(BigDecimal number, BigDecimal millis) {
    return new Token(kind, text, number, millis, from, to, rule, parts);
  }

  /** The same as another kind. */
  public Token as(Kind other) {
    return new Token(other, text, value, window, from, to, rule, parts);
  }

  /** The same under another name. */
  public Token named(String other) {
    return new Token(kind, other, value, window, from, to, rule, parts);
  }

  /** The same with another last part. */
  public Token ending(Token last) {
    var others = Stream.concat(parts.stream().limit(parts.size() - 1L), Stream.of(last)).toList();
    return new Token(kind, text, value, window, from, to, rule, others);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * from + to) + text.hashCode();
  }

  public boolean is(Kind other) {
    return kind == other;
  }

  public boolean is(String phrase) {
    return kind == Kind.PHRASE && text.equals(phrase);
  }

  /** Whether a sentence ends with it. */
  public boolean isStop() {
    return kind == Kind.WORD && STOPS.contains(text);
  }

  /** Whether a part of a sentence may end with it. */
  public boolean isMark() {
    return isStop() || (kind == Kind.WORD && (text.equals(",") || text.equals(":")));
  }

  /** How patterns write it: a word as itself, all else in angle brackets. */
  public String shape() {
    return switch (kind) {
      case WORD -> text;
      case PHRASE, SETTING, TIME -> "<" + text + ">";
      default -> kind.shape;
    };
  }

  /** Itself and what it was put together from, all the way down. */
  public Stream<Token> all() {
    return Stream.concat(Stream.of(this), parts.stream().flatMap(Token::all));
  }

  /** The outermost tokens of a kind in it. */
  public Stream<Token> each(Kind wanted) {
    return kind == wanted ? Stream.of(this) : parts.stream().flatMap(p -> p.each(wanted));
  }
}
