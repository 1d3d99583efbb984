package dev.deployclaw.core.language.coverage;

import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whether a reading copies a policy from where the request has it: by the words beside each name,
 * whatever a reader quotes of them. What no words say is no direction. Pure.
 */
record CopyDirection(List<Token> words) {
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
            (is(i - 1, "from") && !isMade(i))
                || isLike(i)
                || (owns(i) && !isMade(i))
                || (word(i + 1).equals("as") && is(i + 3, "models"))
                || (relates(i) && is(i + 1, "having")));
  }

  /** "To acme", "acme should have", "make acme's policy identical". */
  private boolean takes(String name) {
    return places(name)
        .anyMatch(i ->
            (is(i - 1, "to") && !isLike(i)) || isMade(i) || (!relates(i) && is(i + 1, "getting")));
  }

  private boolean isLike(int at) {
    return word(at - 1).equals("to") && is(at - 2, "alike");
  }

  /** "The policy of acme identical to". */
  private boolean isMade(int at) {
    return (owns(at) || word(at - 1).equals("of"))
        && IntStream.range(at + 1, at + 2 * NEAR).anyMatch(i -> is(i, "alike"));
  }

  private IntStream places(String name) {
    return IntStream.range(0, words.size())
        .filter(i -> words.get(i).is(Kind.TENANT) && words.get(i).text().equals(name));
  }

  private boolean owns(int at) {
    return word(at + 1).equals("'s")
        && IntStream.range(at + 2, at + 2 + NEAR).anyMatch(i -> is(i, "owning"));
  }

  private boolean relates(int at) {
    return is(at - 1, "relating");
  }

  private boolean is(int at, String key) {
    return CheckWords.is(word(at), key);
  }

  private String word(int at) {
    return at >= 0 && at < words.size() ? words.get(at).text() : "";
  }
}
