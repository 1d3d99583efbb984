package dev.deployclaw.core.language.lexer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Tokens written as one line of words, so that patterns are regular expressions. Immutable. */
public final class TokenLine {
  private final List<Token> tokens;
  private final List<String> shapes;
  private final String line;
  private final int[] starts;

  public TokenLine(List<Token> tokens) {
    this.tokens = List.copyOf(tokens);
    this.shapes = tokens.stream().map(Token::shape).toList();
    this.starts = new int[tokens.size() + 1];
    var out = new StringBuilder(" ");
    for (int i = 0; i < tokens.size(); i++) {
      starts[i] = out.length();
      out.append(shapes.get(i)).append(' ');
    }
    starts[tokens.size()] = out.length();
    this.line = out.toString();
  }

  /** One in which an unknown word is a word. */
  public static TokenLine ofWords(List<Token> tokens) {
    return new TokenLine(
        tokens.stream().map(t -> t.is(Token.Kind.UNKNOWN) ? t.as(Token.Kind.WORD) : t).toList());
  }

  /**
   * Where a pattern matched: from one token to before another.
   *
   * @param line all tokens
   */
  public record Match(List<Token> line, int from, int to) {
    public List<Token> tokens() {
      return line.subList(from, to);
    }

    public Optional<Token> first(Token.Kind kind) {
      return tokens().stream().filter(t -> t.is(kind)).findFirst();
    }

    public Token joined(Token.Kind kind, String text, String rule) {
      return Token.join(kind, text, rule, tokens());
    }
  }

  public List<Token> tokens() {
    return tokens;
  }

  @Override
  public String toString() {
    return line;
  }

  List<String> shapes() {
    return shapes;
  }

  public boolean has(Pattern pattern) {
    return pattern.matcher(line).find();
  }

  /**
   * Puts what a function makes in place of each match, from left to right.
   *
   * @param begins whether a match may begin with a token of a shape
   */
  TokenLine replace(
      Pattern pattern, Predicate<String> begins, Function<Match, Optional<List<Token>>> with) {
    var out = this;
    int at = 0;
    for (var m = out.find(pattern, begins, 0); m.isPresent(); m = out.find(pattern, begins, at)) {
      var made = with.apply(m.get());
      at = m.get().from() + made.map(List::size).orElse(1);
      out = made.isPresent() ? out.spliced(m.get(), made.get()) : out;
    }
    return out;
  }

  private TokenLine spliced(Match match, List<Token> with) {
    var all = new ArrayList<>(tokens.subList(0, match.from));
    all.addAll(with);
    all.addAll(tokens.subList(match.to, tokens.size()));
    return new TokenLine(all);
  }

  /** A match begins where a token does: elsewhere it isn't tried. */
  private Optional<Match> find(Pattern pattern, Predicate<String> begins, int fromToken) {
    var matcher = pattern.matcher(line).useTransparentBounds(true).useAnchoringBounds(false);
    for (int from = fromToken; from < tokens.size(); from++) {
      if (begins.test(shapes.get(from))
          && matcher.region(starts[from], line.length()).lookingAt()
          && matcher.end() > matcher.start()) {
        int to = index(matcher.end() + 1);
        return Optional.of(new Match(tokens, from, to));
      }
    }
    return Optional.empty();
  }

  private int index(int offset) {
    int found = Arrays.binarySearch(starts, offset);
    if (found < 0) {
      throw new IllegalStateException("a pattern cut a token in two at " + offset + ": " + line);
    }
    return found;
  }
}
