package dev.deployclaw.core.language.question;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Writes what a question supposes as an order: "if I halved acme" is "halve acme". Pure. */
final class HypotheticalReader {
  /** Who would do it, and the words between. */
  private static final Set<String> SUBJECTS =
      Set.of("i", "we", "you", "they", "someone", "somebody", "just", "simply", "did", "to");

  private static final Set<String> BE =
      Set.of("is", "are", "was", "were", "be", "got", "gets", "being");
  private static final Set<String> HAVE =
      Set.of("got", "gets", "had", "has", "went", "goes", "fell", "was", "were", "is");
  private static final Set<String> TOWARDS = Set.of("down", "up", "to", "at", "only");

  private static final Set<String> SUPPOSES =
      Set.of("if", "suppose", "supposing", "assuming", "imagine", "say");

  /** "If there is one", "if any" suppose no change. */
  private static final Set<String> ASIDES =
      Set.of("there", "any", "so", "possible", "needed", "not", "that", "anything");

  /** A supposition ends where what is asked of it begins. */
  private static final Set<String> ASKS =
      Set.of("how", "what", "who", "which", "would", "will", "does", "do");

  private final String text;
  private final List<Token> words;

  private HypotheticalReader(String text, List<Token> words) {
    this.text = text;
    this.words = words;
  }

  /** The order; empty where the question supposes nothing. */
  static Optional<String> read(String text, List<Token> words) {
    var ends = List.of("?", ".", "!");
    var all = words.stream().filter(t -> !ends.contains(t.text())).toList();
    return IntStream.range(0, all.size() - 1)
        .filter(i -> SUPPOSES.contains(all.get(i).text()) || isImpactOf(all, i))
        .filter(i -> !ASIDES.contains(all.get(i + 1).text()))
        .mapToObj(i -> {
          var rest =
              all.subList(i + 1, end(all, i)).stream()
                  .dropWhile(t -> SUBJECTS.contains(t.text()))
                  .toList();
          return rest.isEmpty()
              ? Optional.<String>empty()
              : Optional.of(
                  whose(new HypotheticalReader(text, rest).order(), all.subList(0, i), rest));
        })
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Where the supposition at a word ends: "suppose we halved acme, who would be hit". */
  private static int end(List<Token> all, int at) {
    return IntStream.range(at + 1, all.size() - 1)
        .filter(i -> all.get(i).text().equals(",") && ASKS.contains(all.get(i + 1).text()))
        .findFirst()
        .orElse(all.size());
  }

  /**
   * "To acme if we halved their limit": acme's, where one tenant is named before and none behind.
   */
  private static String whose(String order, List<Token> before, List<Token> rest) {
    var named = tenants(before);
    return named.size() == 1 && tenants(rest).isEmpty()
        ? order
            .replaceFirst("(?i)\\b(?:their|its)\\b", named.getFirst() + "'s")
            .replaceFirst("(?i)\\b(?:them|it)\\b", named.getFirst())
        : order;
  }

  private static List<String> tenants(List<Token> words) {
    return words.stream().filter(t -> t.is(Kind.TENANT)).map(Token::text).distinct().toList();
  }

  private static boolean isImpactOf(List<Token> all, int i) {
    return i > 0
        && all.get(i).text().equals("of")
        && Set.of("impact", "effect").contains(all.get(i - 1).text());
  }

  private String order() {
    var verb = verb(0);
    if (verb.isPresent()) {
      return (verb.get() + " " + said(1, words.size())).strip();
    }
    for (int i = 1; i < words.size(); i++) {
      if (BE.contains(words.get(i - 1).text()) && verb(i).isPresent()) {
        return "%s %s %s"
            .formatted(verb(i).get(), said(0, i - 1), said(i + 1, words.size()))
            .strip();
      }
    }
    for (int i = 1; i < words.size() - 1; i++) {
      if (HAVE.contains(words.get(i).text())) {
        int from = i + 1;
        while (from < words.size() - 1 && TOWARDS.contains(words.get(from).text())) {
          from++;
        }
        return "set %s to %s".formatted(said(0, i), said(from, words.size()));
      }
    }
    return said(0, words.size());
  }

  private Optional<String> verb(int i) {
    return i < words.size() ? ImperativeVerbs.of(words.get(i)) : Optional.empty();
  }

  private String said(int from, int to) {
    return from >= to ? "" : text.substring(words.get(from).from(), words.get(to - 1).to());
  }
}
