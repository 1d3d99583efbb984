package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.PatternTable.NamedPattern;
import dev.deployclaw.core.language.lexer.TokenLine;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds instants that are written as days, clocks and zones, and writes each as an instant with its
 * offset. What has two readings, doesn't exist or has passed is a question that suggests one. Pure:
 * now and the zone are given.
 */
public final class TimeReader {
  private static final List<NamedPattern> TABLE = PatternTable.read(TimeReader.class, "times.txt");

  /** "Both UTC": of all times of the request. */
  private static final Pattern ZONES = TABLE.getFirst().pattern();

  /** The rule of a clock that is over today: it may only tell of something. */
  public static final String PASSED = "passed";

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
        zoned.replace(
            ZONES,
            match ->
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
    for (var row : TABLE.subList(1, TABLE.size())) {
      line = line.replace(row.pattern(), (Match match) -> moments.read(row.name(), match));
    }
    return line;
  }
}
