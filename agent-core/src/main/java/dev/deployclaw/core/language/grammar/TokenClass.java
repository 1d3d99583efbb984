package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Classes of words, of kinds of tokens and of phrases, by the data files of this package, and
 * sequences of them. A kind and a phrase are written in angle brackets. Any thread.
 */
final class TokenClass {
  private static final Map<String, Set<String>> CLASSES = read();

  /** Each sequence of the code, cut once. */
  private static final Map<String, List<List<String>>> SEQUENCES = new ConcurrentHashMap<>();

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

  private static boolean isOne(Token token, String name) {
    return switch (name.charAt(0)) {
      case '*' -> true;
      case '!' -> !isOne(token, name.substring(1));
      case '=' -> token.text().equals(name.substring(1));
      case '<' -> kind(token).equals(name);
      default -> words(name).contains(isWord(token) ? token.text() : kind(token));
    };
  }

  private static String kind(Token token) {
    boolean phrase = token.is(Kind.PHRASE);
    return "<" + (phrase ? token.text() : token.kind().name().toLowerCase(Locale.ROOT)) + ">";
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
    return SEQUENCES.computeIfAbsent(sequences, TokenClass::cut).stream()
        .anyMatch(s -> IntStream.rangeClosed(0, tokens.size()).anyMatch(i -> stands(tokens, i, s)));
  }

  /** Whether it, or a token that it was put together from, is one. */
  static boolean holds(Token token, String names) {
    return token.all().anyMatch(t -> is(t, names));
  }

  private static List<List<String>> cut(String sequences) {
    return Stream.of(sequences.split(" \\| ", -1)).map(s -> List.of(s.split(" ", -1))).toList();
  }

  private static boolean stands(List<Token> tokens, int from, List<String> names) {
    int at = from;
    for (String name : names) {
      boolean edge = name.equals("^") || name.equals("$");
      boolean here = name.equals("^") ? at == 0 : name.equals("$") && at == tokens.size();
      if (edge ? !here : at >= tokens.size() || !isOne(tokens.get(at), name)) {
        return false;
      }
      at += edge ? 0 : 1;
    }
    return true;
  }
}
