package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.time.OffsetDateTime;
import java.util.List;

/** The day of an end of which only the clock is said: "tomorrow at 9:00 …, until 21:00". Pure. */
public final class EndClock {
  private EndClock() {}

  /**
   * The phrases of a request, with such an end on the day of its only start. An end that wouldn't
   * be behind the start even so, and one in another zone, stay what they are, to be asked about.
   */
  public static List<Token> onDayOfStart(List<Token> phrases) {
    var starts = phrases.stream().filter(t -> t.is("start")).toList();
    var ends = phrases.stream().filter(t -> t.is("until")).toList();
    return starts.size() == 1 && ends.size() == 1
        ? phrases.stream()
            .map(t -> t.equals(ends.getFirst()) ? end(t, starts.getFirst()) : t)
            .toList()
        : phrases;
  }

  private static Token end(Token until, Token start) {
    var clock = until.parts().getLast();
    var begin = start.each(Kind.INSTANT).findFirst();
    if (!clock.rule().equals("clock") || begin.filter(b -> b.rule().equals("calendar")).isEmpty()) {
      return until;
    }
    var from = OffsetDateTime.parse(begin.get().text());
    var said = OffsetDateTime.parse(clock.text());
    var moved = from.with(said.toLocalTime());
    boolean moves =
        said.isBefore(from) && moved.isAfter(from) && said.getOffset().equals(from.getOffset());
    return moves ? until.ending(clock.named(TimeQuestions.WRITTEN.format(moved))) : until;
  }
}
