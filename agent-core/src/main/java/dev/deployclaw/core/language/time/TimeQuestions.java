package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/** Asks what a time is that has two readings or none; the words stay in the line, as a time. */
record TimeQuestions(String text, ZonedDateTime now, OpenQuestions questions) {
  static final DateTimeFormatter WRITTEN = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssXXX");

  /** Asks; the first instant that is ahead is suggested. */
  Optional<List<Token>> ask(Match m, String question, List<ZonedDateTime> instants) {
    var ahead = instants.stream().filter(t -> t.isAfter(now)).map(WRITTEN::format).toList();
    int to = m.tokens().getLast().to();
    about(m.tokens().getFirst().from(), to, question, ahead);
    return asked(m, "asked");
  }

  /** Asks which zone is meant, where that isn't clear. */
  Optional<List<Token>> zone(Match m) {
    var unclear = m.tokens().stream().filter(t -> t.is(Kind.ZONE) && !SaidZones.isClear(t));
    return unclear
        .findFirst()
        .flatMap(zone -> {
          boolean named = zone.text().startsWith(ZoneReader.NAMED);
          var ids = List.of(zone.text().split(ZoneReader.OR, -1)).stream().skip(named ? 1 : 0);
          var choices = ids.filter(id -> !id.isEmpty()).toList();
          String question =
              named
                  ? "Do you mean the place, or the tenant or service with that name?"
                  : choices.isEmpty()
                      ? "Which time zone is that? Write its id, such as Europe/Berlin."
                      : "Which time zone do you mean?";
          about(zone.from(), zone.to(), question, choices);
          return asked(m, "asked");
        });
  }

  private void about(int from, int to, String question, List<String> choices) {
    String said = text.substring(from, to);
    var request =
        choices.stream().findFirst().map(c -> text.substring(0, from) + c + text.substring(to));
    questions.ask(
        ClarificationQuestion.of("time-unclear", "time", "\"" + said + "\": " + question)
            .choosing(choices)
            .suggesting(request)
            .at(from, to));
  }

  static Optional<List<Token>> asked(Match m, String rule) {
    return Optional.of(
        List.of(Token.join(Kind.TIME, "asked", rule, MomentReader.flat(m.tokens()))));
  }
}
