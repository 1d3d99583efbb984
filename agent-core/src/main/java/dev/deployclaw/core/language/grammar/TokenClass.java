package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Classes of words, of kinds of tokens and of phrases, by the data files of this package, and
 * sequences of them. A kind and a phrase are written in angle brackets. Any thread.
 */
final class TokenClass {
  private static final Map<String, Set<String>> CLASSES = read();

  /** Each sequence of the code, cut once. */
  private static final Map<String, List<Sequence>> SEQUENCES = new ConcurrentHashMap<>();

  private TokenClass() {}

  private static Map<String, Set<String>> read() {
    var out = new HashMap<String, Set<String>>();
    for (String file : List.of("classes", "core", "telling", "unquoted", "aside")) {
      PatternTable.sets(TokenClass.class, file + ".txt")
          .forEach((name, words) -> out.merge(name, Set.copyOf(words), TokenClass::twice));
    }
    out.put("courtesy", Set.copyOf(PatternTable.words(TokenClass.class, "courtesies.txt")));
    return Map.copyOf(out);
  }

  private static Set<String> twice(Set<String> one, Set<String> other) {
    throw new IllegalStateException("a class is in two files: " + one + " and " + other);
  }

  static Set<String> words(String name) {
    return Objects.requireNonNull(CLASSES.get(name), name);
  }

  /** Whether a token alone is what {@link #has} looks for. */
  static boolean is(Token token, String names) {
    return has(List.of(token), names);
  }

  private static Predicate<Token> one(String name) {
    String rest = name.substring(1);
    return switch (name.charAt(0)) {
      case '*' -> _ -> true;
      case '!' -> one(rest).negate();
      case '=' -> token -> token.text().equals(rest);
      case '<' -> {
        String phrase = rest.substring(0, rest.length() - 1);
        yield token ->
            token.is(Kind.PHRASE) ? token.text().equals(phrase) : token.kind().shape().equals(name);
      }
      default -> {
        var words = words(name);
        yield token -> words.contains(isWord(token) ? token.text() : kind(token));
      }
    };
  }

  private static String kind(Token token) {
    return token.is(Kind.PHRASE) ? "<" + token.text() + ">" : token.kind().shape();
  }

  /** Whether it is a word, known or not. */
  static boolean isWord(Token token) {
    return token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
  }

  /**
   * Whether some of the tokens stand in a row as a sequence says, or one of several that {@code |}
   * parts: each is one of a class, or {@code =word}, {@code <kind>} or {@code <phrase>}; what
   * begins with {@code !} is denied, {@code *} is any, and they begin at {@code ^} and end at
   * {@code $}.
   */
  static boolean has(List<Token> tokens, String sequences) {
    for (var sequence : SEQUENCES.computeIfAbsent(sequences, TokenClass::cut)) {
      if (sequence.isIn(tokens)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it, or a token that it was put together from, is one. */
  static boolean holds(Token token, String names) {
    return token.all().anyMatch(t -> is(t, names));
  }

  private static List<Sequence> cut(String sequences) {
    return Stream.of(sequences.split(" \\| ", -1)).map(Sequence::of).toList();
  }

  /**
   * Tokens in a row.
   *
   * @param first whether they are the first ones
   * @param last whether they are the last ones
   */
  private record Sequence(List<Predicate<Token>> names, boolean first, boolean last) {
    static Sequence of(String text) {
      var names = List.of(text.split(" ", -1));
      return new Sequence(
          names.stream()
              .filter(n -> !n.equals("^") && !n.equals("$"))
              .map(TokenClass::one)
              .toList(),
          names.getFirst().equals("^"),
          names.getLast().equals("$"));
    }

    boolean isIn(List<Token> tokens) {
      int end = tokens.size() - names.size();
      boolean found = false;
      for (int at = last ? end : 0;
          !found && at >= 0 && at <= (first ? Math.min(end, 0) : end);
          at++) {
        int i = 0;
        while (i < names.size() && names.get(i).test(tokens.get(at + i))) {
          i++;
        }
        found = i == names.size();
      }
      return found;
    }
  }
}
