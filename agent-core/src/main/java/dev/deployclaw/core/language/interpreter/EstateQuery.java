package dev.deployclaw.core.language.interpreter;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.EstateQuestion.Period;
import dev.deployclaw.core.language.EstateQuestion.Scope;
import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.ProposalRequest;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.time.PastPeriodReader;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A model's question about the estate, checked: a known tool, and what the request speaks of. */
sealed interface EstateQuery {
  record Unusable(String why) implements EstateQuery {}

  record Usable(EstateQuestion question) implements EstateQuery {}

  static EstateQuery of(ProposalRequest asked, Answer.Queried said) {
    var words = RequestLexer.words(asked.request().text(), new EstateNames(asked.names()));
    var strange =
        said.arguments().entrySet().stream()
            .flatMap(a -> values(a.getValue()).filter(v -> !speaksOf(asked, words, a.getKey(), v)))
            .findFirst();
    if (strange.isPresent()) {
      return new Unusable(strange.get() + " isn't in the request");
    }
    try {
      var read = EstateQuestion.of(said.tool(), said.arguments(), asked.names());
      return new Usable(within(read, period(asked, words)));
    } catch (IllegalArgumentException e) {
      return new Unusable(String.valueOf(e.getMessage()));
    }
  }

  /** When it happened is read by us, as every time. */
  private static Period period(ProposalRequest asked, List<Token> words) {
    return PastPeriodReader.read(words, asked.request().received().atZone(asked.zone()));
  }

  private static EstateQuestion within(EstateQuestion question, Period period) {
    var scope = question.scope();
    return new EstateQuestion(
        question.topic(),
        new Scope(
            scope.tenants(),
            scope.service(),
            scope.call(),
            period,
            scope.execution(),
            scope.change()),
        question.rows());
  }

  private static Stream<String> values(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf)
        : Stream.of(String.valueOf(value));
  }

  private static boolean speaksOf(
      ProposalRequest asked, List<Token> words, String argument, String value) {
    return switch (argument) {
      case "tenants" -> words.stream().anyMatch(t -> t.is(Kind.TENANT) && t.text().equals(value));
      case "method" -> true;
      case "service" -> words.stream().anyMatch(t -> t.is(Kind.SERVICE) && t.text().equals(value));
      default -> asked.request().text().contains(value);
    };
  }

  /** In words of ours. */
  static String sentence(EstateQuestion question) {
    return "show "
        + question.topic().word()
        + question.arguments().entrySet().stream()
            .map(a -> ", " + a.getKey() + " " + String.join(" ", values(a.getValue()).toList()))
            .collect(Collectors.joining());
  }
}
