package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The values and words of the clauses that order. One object, one reading. */
final class OrderContent {
  private final Set<String> values = new HashSet<>();
  private final Set<String> words = new HashSet<>();

  /**
   * One clause more.
   *
   * @param typed as it is written
   * @param read the same with phrases
   */
  void add(List<Token> typed, List<Token> read) {
    read.stream()
        .flatMap(Token::all)
        .map(OrderContent::key)
        .filter(key -> !key.isEmpty())
        .forEach(values::add);
    typed.stream().flatMap(Token::all).forEach(t -> words.add(t.text()));
  }

  /** Whether the order has the same value, name or phrase. */
  boolean has(Token token) {
    return values.contains(key(token));
  }

  /** Whether the order has all words of a time: a day that it names, too. */
  boolean hasWords(Token time) {
    return words.containsAll(time.all().filter(t -> t.parts().isEmpty()).map(Token::text).toList());
  }

  /** Whether it is for everybody or a group, so that any name may be an exception. */
  boolean isForAll() {
    return TokenClass.words("all-of").stream().anyMatch(words::contains);
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
                  token.parts().stream().map(OrderContent::key))
              .filter(k -> !k.isEmpty())
              .collect(Collectors.joining(" "));
    };
  }
}
