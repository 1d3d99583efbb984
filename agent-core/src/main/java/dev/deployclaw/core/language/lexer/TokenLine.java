package dev.deployclaw.core.language.lexer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

  /** The same with other tokens in place of a match. */
  TokenLine spliced(Match match, List<Token> with) {
    var all = new ArrayList<>(tokens.subList(0, match.from));
    all.addAll(with);
    all.addAll(tokens.subList(match.to, tokens.size()));
    return new TokenLine(all);
  }

  /** A match of a pattern that begins with a token. */
  Optional<Match> match(Pattern pattern, int from) {
    var matcher = pattern.matcher(line).useTransparentBounds(true).useAnchoringBounds(false);
    boolean found = matcher.region(starts[from], line.length()).lookingAt();
    int end = found ? Arrays.binarySearch(starts, matcher.end() + 1) : from;
    if (end < 0) {
      throw new IllegalStateException("a pattern cuts a token in two at " + from + ": " + line);
    }
    return end > from ? Optional.of(new Match(tokens, from, end)) : Optional.empty();
  }
}
