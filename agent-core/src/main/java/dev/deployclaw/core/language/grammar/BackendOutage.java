package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.util.List;

/** "When redis is down, deny …": the condition and what follows from it are one setting. */
final class BackendOutage {
  private BackendOutage() {}

  static List<Token> joined(List<Token> tokens, OpenQuestions questions) {
    if (tokens.stream().noneMatch(t -> t.is("outage"))) {
      return tokens;
    }
    var then = tokens.stream().filter(t -> t.is("then")).map(Token::rule).distinct().toList();
    boolean said = tokens.stream().anyMatch(t -> t.is("fallback"));
    if (!said && then.size() != 1) {
      questions.ask("what", "When Redis can't be reached, shall requests be allowed or denied?");
    }
    return tokens.stream()
        .filter(t -> !t.is("outage") && !(said && t.is("then")))
        .map(t -> t.is("then") ? t.named("fallback") : t)
        .toList();
  }
}
