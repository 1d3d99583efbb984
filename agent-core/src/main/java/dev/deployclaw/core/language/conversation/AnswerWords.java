package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.lexer.PatternTable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Answers that name no value: yes, no, one of the choices. And how a variation begins. */
final class AnswerWords {
  private static final PatternTable TABLE = PatternTable.read(AnswerWords.class, "answers.txt");
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}'#]+");
  private static final List<String> ORDINALS =
      List.of("first", "second", "third", "fourth", "fifth");

  private final String text;
  private final String line;

  AnswerWords(String text) {
    this.text = text;
    var out = new StringBuilder(" ");
    WORD.matcher(text.replace('’', '\'').toLowerCase(Locale.ROOT))
        .results()
        .forEach(m -> out.append(m.group()).append(' '));
    this.line = out.toString();
  }

  /** Whether all of it is this. */
  boolean is(String name) {
    return matchers(name).anyMatch(m -> m.find() && m.start() == 1 && m.end() == line.length() - 1);
  }

  boolean begins(String name) {
    return matchers(name).anyMatch(m -> m.find() && m.start() == 1);
  }

  /** Whether a word of this kind is in it. */
  boolean has(String name) {
    return matchers(name).anyMatch(Matcher::find);
  }

  /** Which of the choices it names by its number, from 0. */
  OptionalInt choice(int choices) {
    if (!is("choice")) {
      return OptionalInt.empty();
    }
    if (line.contains(" last ")) {
      return OptionalInt.of(choices - 1);
    }
    for (int i = 0; i < ORDINALS.size(); i++) {
      boolean number = line.matches(".*[ #]" + (i + 1) + "(?:st|nd|rd|th)? .*");
      if (line.contains(ORDINALS.get(i)) || number) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /** What is changed, where it varies the last request; as typed. */
  Optional<String> varied() {
    return Stream.of("same", "also", "it")
        .filter(_ -> !text.contains("?"))
        .flatMap(this::matchers)
        .filter(m -> m.find() && m.start() == 1)
        .map(m -> text.substring(behind(m.group().split(" ").length)))
        .map(rest -> rest.replaceFirst("(?i)(?:[\\s,.!?]|\\b(?:too|as well|also|please)\\b)+$", ""))
        .map(String::strip)
        .findFirst();
  }

  private Stream<Matcher> matchers(String name) {
    return TABLE.rows().stream()
        .filter(row -> row.name().equals(name))
        .map(r -> r.pattern().matcher(line));
  }

  /** The end of so many words. */
  private int behind(int words) {
    return WORD.matcher(text.replace('’', '\''))
        .results()
        .skip(words - 1L)
        .findFirst()
        .map(m -> m.end())
        .orElse(text.length());
  }
}
