package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds instants that are written as days, clocks and zones, and writes each as an instant with its
 * offset. What has two readings, doesn't exist or has passed is a question that suggests one. Pure:
 * now and the zone are given.
 */
public final class TimeReader {
  private static final PatternTable ROWS = PatternTable.read(TimeReader.class, "times.txt");

  /** "Both UTC": of all times of the request. */
  private static final PatternTable ZONES = ROWS.only("zones"::equals);

  private static final PatternTable TABLE = ROWS.only(row -> !row.equals("zones"));

  /** The rule of a clock that is over today: it may only tell of something. */
  public static final String PASSED = "passed";

  private static final String THAT_DAY = "that-day";

  private final String text;
  private final ZonedDateTime now;
  private final TimeQuestions questions;

  public TimeReader(String text, ZonedDateTime now, OpenQuestions questions) {
    this.text = text;
    this.now = now;
    this.questions = new TimeQuestions(text, now, questions);
  }

  /** The line with an instant in place of each time. */
  public TokenLine read(TokenLine written) {
    var zoned = ZoneReader.read(text, written);
    var all = new LinkedHashSet<ZoneId>();
    var rest =
        ZONES.replace(
            zoned,
            (_, match) ->
                questions
                    .zone(match)
                    .or(() -> {
                      all.add(ZoneId.of(match.tokens().getLast().text()));
                      return Optional.of(List.of());
                    }));
    boolean one = all.size() == 1;
    var line = one ? rest : zoned;
    var scene = one ? now.withZoneSameInstant(all.iterator().next()) : now;
    var moments = new MomentReader(scene, SaidZones.of(line, scene.getZone()), questions);
    return TABLE.replace(
        line, (row, match) -> row.equals(THAT_DAY) ? named(match) : moments.read(row, match));
  }

  /** "That day": the one day that is named before it. */
  private static Optional<List<Token>> named(Match match) {
    int from = match.tokens().getFirst().from();
    var days =
        match.line().stream()
            .filter(t -> t.is(Kind.DATE) && t.to() <= from)
            .collect(Collectors.toMap(t -> t.all().map(Token::text).toList(), t -> t, (a, _) -> a));
    boolean day = match.first(Kind.UNIT).filter(u -> u.text().equals("day")).isPresent();
    return Optional.of(days.values())
        .filter(all -> day && all.size() == 1)
        .map(all -> all.iterator().next())
        .map(one -> List.of(at(one, from, match.tokens().getLast().to())));
  }

  private static Token at(Token token, int from, int to) {
    var parts = token.parts().stream().map(part -> at(part, from, to)).toList();
    return new Token(
        token.kind(), token.text(), token.value(), token.window(), from, to, token.rule(), parts);
  }
}
