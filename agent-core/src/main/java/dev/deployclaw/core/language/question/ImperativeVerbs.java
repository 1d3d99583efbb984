package dev.deployclaw.core.language.question;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Verbs that change something, and whether a sentence orders with one. Pure. */
final class ImperativeVerbs {
  private static final Map<String, String> VERBS =
      PatternTable.keys(ImperativeVerbs.class, "hypothetical.txt");

  /** Words around a verb, by what they say of it. */
  private static final Map<String, Set<String>> AROUND =
      PatternTable.sets(ImperativeVerbs.class, "imperative.txt");

  private ImperativeVerbs() {}

  /** The form of the order: "halve" of "halved". */
  static Optional<String> of(Token word) {
    return Optional.ofNullable(VERBS.get(word.text()));
  }

  /** Whether a sentence orders: it has the bare form of a verb that neither tells nor supposes. */
  static boolean order(List<Token> words) {
    return IntStream.range(0, words.size()).anyMatch(i -> orders(words, i));
  }

  private static boolean orders(List<Token> words, int i) {
    var verb = words.get(i);
    if (isPassive(words, i)) {
      return true;
    }
    if (!verb.is(Kind.WORD) || !of(verb).equals(Optional.of(verb.text()))) {
      return false;
    }
    boolean tells =
        is(verb, "noun")
            ? i > 0 && !is(words.get(i - 1), "directs")
            : i > 0 && is(words.get(i - 1), "tells");
    boolean shows = i + 1 < words.size() && is(words.get(i + 1), "shown");
    return !tells
        && !shows
        && words.subList(begin(words, i), i).stream().noneMatch(word -> is(word, "excuses"));
  }

  /** Where the clause of a word begins; "if so" begins one. */
  private static int begin(List<Token> words, int i) {
    return IntStream.range(0, i)
        .filter(at ->
            is(words.get(at), "next")
                || (at > 0
                    && words.get(at).text().matches("so|not")
                    && words.get(at - 1).text().equals("if")))
        .map(at -> at + 1)
        .max()
        .orElse(0);
  }

  /** "Could the limit be raised": a polite order. */
  private static boolean isPassive(List<Token> words, int i) {
    var before = words.subList(0, i);
    return i > 0
        && before.getLast().text().equals("be")
        && of(words.get(i)).isPresent()
        && before.stream().anyMatch(t -> is(t, "modal"))
        && before.stream().noneMatch(t -> is(t, "negation"));
  }

  static boolean is(Token token, String key) {
    return Objects.requireNonNull(AROUND.get(key), key).contains(token.text());
  }
}
