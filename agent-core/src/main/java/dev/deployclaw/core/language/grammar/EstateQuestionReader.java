package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.EstateQuestion.Scope;
import dev.deployclaw.core.language.EstateQuestion.Topic;
import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.PatternTable.NamedPattern;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Recognises questions about the estate: they begin as one, and set nothing. */
public final class EstateQuestionReader {
  private static final List<NamedPattern> TABLE =
      PatternTable.read(EstateQuestionReader.class, "questions.txt");
  private static final Set<Kind> VALUES =
      Set.of(Kind.RATE, Kind.COUNT, Kind.PARALLEL, Kind.BURST, Kind.WINDOW);

  private EstateQuestionReader() {}

  /**
   * @param words of the request, resolved
   */
  public static Optional<EstateQuestion> read(List<Token> words) {
    var line =
        new TokenLine(
            words.stream()
                .map(t -> t.is(Kind.UNKNOWN) ? t.as(Kind.WORD) : t)
                .filter(t -> !t.text().equals("?") && !t.text().equals("'s"))
                .toList());
    if (line.tokens().stream().anyMatch(t -> VALUES.contains(t.kind()) || ends(t))) {
      return Optional.empty();
    }
    return TABLE.stream()
        .filter(row ->
            row.pattern()
                .matcher(line.toString())
                .results()
                .anyMatch(m -> m.start() == 1 && m.end() == line.toString().length() - 1))
        .findFirst()
        .map(row -> question(row.name(), words));
  }

  /** More than one sentence is no bare question. */
  private static boolean ends(Token token) {
    return token.is(Kind.WORD) && Set.of(".", ";", "!").contains(token.text());
  }

  private static EstateQuestion question(String topic, List<Token> words) {
    return new EstateQuestion(
        Topic.ofWord(topic).orElseThrow(),
        Scope.of(
            words.stream().filter(t -> t.is(Kind.TENANT)).map(Token::text).distinct().toList(),
            words.stream().filter(t -> t.is(Kind.SERVICE)).map(Token::text).findFirst()));
  }
}
