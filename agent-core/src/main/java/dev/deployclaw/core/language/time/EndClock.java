package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The day of an end of which only the clock is said: "tomorrow at 9:00 …, until 21:00". Pure. */
public final class EndClock {
  private EndClock() {}

  /**
   * The phrases of a request, with such an end on the day of its only start. An end that wouldn't
   * be behind the start even so, and one in another zone, stay what they are, to be asked about.
   */
  public static List<Token> onDayOfStart(List<Token> phrases) {
    var start = only(phrases, "start").filter(t -> t.rule().equals("calendar"));
    var end = only(phrases, "until").filter(t -> t.rule().equals("clock"));
    if (start.isEmpty() || end.isEmpty()) {
      return phrases;
    }
    var from = OffsetDateTime.parse(start.get().text());
    var said = OffsetDateTime.parse(end.get().text());
    var until = from.with(said.toLocalTime());
    boolean moves =
        said.isBefore(from) && until.isAfter(from) && said.getOffset().equals(from.getOffset());
    return moves
        ? phrases.stream()
            .map(t -> moved(t, end.get(), TimeQuestions.WRITTEN.format(until)))
            .toList()
        : phrases;
  }

  private static Optional<Token> only(List<Token> phrases, String name) {
    var named = phrases.stream().filter(t -> t.is(name)).toList();
    return named.size() == 1
        ? named.getFirst().each(Kind.INSTANT).reduce((_, b) -> b)
        : Optional.empty();
  }

  private static Token moved(Token token, Token end, String instant) {
    if (token == end) {
      return token.named(instant);
    }
    var parts = token.parts().stream().map(part -> moved(part, end, instant)).toList();
    return new Token(
        token.kind(),
        token.text(),
        token.value(),
        token.window(),
        token.from(),
        token.to(),
        token.rule(),
        parts);
  }
}
