package dev.deployclaw.core.language.coverage;

import dev.deployclaw.core.language.lexer.PatternTable;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Words that the checks of a reading know, in classes, by this package's data file. Any thread. */
final class CheckWords {
  private static final Map<String, Set<String>> CLASSES =
      PatternTable.sets(CheckWords.class, "words.txt");

  private CheckWords() {}

  static boolean is(String word, String name) {
    return Objects.requireNonNull(CLASSES.get(name), name).contains(word);
  }
}
