package dev.deployclaw.core.language.question;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Writes what a question supposes as an order: "if I halved acme" is "halve acme". Pure. */
record HypotheticalReader(String text, List<Token> words) {
  /** The order; empty where the question supposes nothing. */
  static Optional<String> read(String text, List<Token> words) {
    var all = words.stream().filter(t -> !ImperativeVerbs.is(t, "end")).toList();
    return IntStream.range(0, all.size() - 1)
        .filter(i -> ImperativeVerbs.is(all.get(i), "supposing") || isImpactOf(all, i))
        .filter(i -> !ImperativeVerbs.is(all.get(i + 1), "aside"))
        .mapToObj(i -> {
          var rest =
              all.subList(i + 1, end(all, i)).stream()
                  .dropWhile(t -> ImperativeVerbs.is(t, "subject"))
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
        .filter(i -> all.get(i).text().equals(",") && ImperativeVerbs.is(all.get(i + 1), "asking"))
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
    return i > 0 && all.get(i).text().equals("of") && ImperativeVerbs.is(all.get(i - 1), "impact");
  }

  private String order() {
    var verb = verb(0);
    if (verb.isPresent()) {
      return (verb.get() + " " + said(1, words.size())).strip();
    }
    for (int i = 1; i < words.size(); i++) {
      if (ImperativeVerbs.is(words.get(i - 1), "be") && verb(i).isPresent()) {
        return "%s %s %s"
            .formatted(verb(i).get(), said(0, i - 1), said(i + 1, words.size()))
            .strip();
      }
    }
    for (int i = 1; i < words.size() - 1; i++) {
      if (ImperativeVerbs.is(words.get(i), "have")) {
        int from = i + 1;
        while (from < words.size() - 1 && ImperativeVerbs.is(words.get(from), "towards")) {
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
