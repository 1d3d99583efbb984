package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.List;
import java.util.Map;

/** Words by which a sentence only tells, and those by which it doesn't, by their key. */
final class TellingWords {
  private static final Map<String, String> WORDS =
      PatternTable.keys(TellingWords.class, "telling.txt");

  private TellingWords() {}

  static boolean is(Token token, String key) {
    boolean word = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
    return word && key.equals(WORDS.get(token.text()));
  }

  static boolean has(List<Token> words, String key) {
    return words.stream().anyMatch(t -> is(t, key));
  }
}
