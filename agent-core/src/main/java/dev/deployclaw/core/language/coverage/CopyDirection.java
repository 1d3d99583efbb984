package dev.deployclaw.core.language.coverage;

import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Whether a reading copies a policy from where the request has it: by the words beside each name,
 * whatever a reader quotes of them. What no words say is no direction. Pure.
 */
record CopyDirection(List<Token> words) {
  private static final Set<String> FROM = Set.of("from", "of", "as", "like");
  private static final Set<String> TO =
      Set.of("to", "onto", "for", "on", "give", "gives", "giving", "with", "over");
  private static final Set<String> OWNING =
      Set.of("policy", "policies", "limit", "limits", "rule", "rules", "rate", "set", "settings");

  /** What is made so has it from elsewhere: "make acme's policy identical to …". */
  private static final Set<String> ALIKE = Set.of("identical", "equal", "same", "alike", "match");

  /** "Taking acme as the template". */
  private static final Set<String> MODELS =
      Set.of("template", "model", "basis", "example", "pattern", "source", "reference");

  private static final Set<String> HAVING = Set.of("has", "have", "enjoys", "uses", "gets", "is");
  private static final Set<String> RELATING = Set.of("what", "whatever", "that", "which", "as");
  private static final Set<String> GETTING =
      Set.of(
          "should",
          "must",
          "shall",
          "gets",
          "get",
          "needs",
          "moves",
          "inherits",
          "uses",
          "takes",
          "becomes",
          "like",
          "same",
          "identical",
          ":");

  /** So many words may stand between an owner and its policy. */
  private static final int NEAR = 4;

  /** Names of a copy that the words around them turn round, or give no way. */
  static List<String> turned(RequestGrammar grammar, Intent intent) {
    var said = new CopyDirection(grammar.pieces().typed());
    return grammar.pieces().isQuoting()
        ? intent.changes().stream()
            .filter(c -> c.from().isPresent() && !said.is(c))
            .map(c -> "from " + c.from().get())
            .distinct()
            .toList()
        : List.of();
  }

  private boolean is(RequestedChange copy) {
    String from = copy.from().orElseThrow();
    boolean source = gives(from);
    boolean other = copy.who().tenants().stream().anyMatch(this::gives);
    var whom = copy.who().tenants();
    boolean target = whom.isEmpty() || whom.stream().anyMatch(this::takes);
    return source ? !other || !takes(from) : target && !other && !takes(from);
  }

  /** "Acme's policy", "like acme", "what acme has", "identical to acme's". */
  private boolean gives(String name) {
    return places(name)
        .anyMatch(i ->
            (FROM.contains(word(i - 1)) && !isMade(i))
                || isLike(i)
                || (owns(i) && !isMade(i))
                || (word(i + 1).equals("as") && MODELS.contains(word(i + 3)))
                || (relates(i) && HAVING.contains(word(i + 1))));
  }

  /** "To acme", "acme should have", "make acme's policy identical". */
  private boolean takes(String name) {
    return places(name)
        .anyMatch(i ->
            (TO.contains(word(i - 1)) && !isLike(i))
                || isMade(i)
                || (!relates(i) && GETTING.contains(word(i + 1))));
  }

  private boolean isLike(int at) {
    return word(at - 1).equals("to") && ALIKE.contains(word(at - 2));
  }

  /** "The policy of acme identical to". */
  private boolean isMade(int at) {
    return (owns(at) || word(at - 1).equals("of"))
        && IntStream.range(at + 1, at + 2 * NEAR).anyMatch(i -> ALIKE.contains(word(i)));
  }

  private IntStream places(String name) {
    return IntStream.range(0, words.size())
        .filter(i -> words.get(i).is(Kind.TENANT) && words.get(i).text().equals(name));
  }

  private boolean owns(int at) {
    return word(at + 1).equals("'s")
        && IntStream.range(at + 2, at + 2 + NEAR).anyMatch(i -> OWNING.contains(word(i)));
  }

  private boolean relates(int at) {
    return RELATING.contains(word(at - 1));
  }

  private String word(int at) {
    return at >= 0 && at < words.size() ? words.get(at).text() : "";
  }
}
