package dev.deployclaw.core.language.cue;

import dev.deployclaw.core.language.cue.BindingCue.Kind;
import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.PatternTable.NamedPattern;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.TokenLine;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the words of a clause that bind an order. Pure. */
public final class CueReader {
  private static final List<CueRow> TABLE =
      PatternTable.read(CueReader.class, "cues.txt").stream().map(CueRow::of).toList();

  private static final Set<String> LOOSE = Set.of("set", "pronoun", "polite");

  private CueReader() {}

  /**
   * A row of the table.
   *
   * @param ordering whether it counts only in a clause that orders, or beside one
   * @param always whether it counts even where a clause tells of what was
   */
  private record CueRow(Kind kind, boolean ordering, boolean always, Pattern pattern) {
    static CueRow of(NamedPattern row) {
      String marks = row.name();
      var kind = Kind.of(marks.replaceAll("[ ~!]", ""));
      return new CueRow(kind, marks.contains("~"), marks.contains("!"), row.pattern());
    }
  }

  /**
   * @param clause its tokens, phrases joined
   * @param orders whether it orders, or stands beside an order: rows with the mark {@code ~} need
   *     that
   * @param past whether it tells of what was: then only rows with the mark {@code !} count
   */
  public static List<BindingCue> of(List<Token> clause, boolean orders, boolean past) {
    var out = new ArrayList<BindingCue>();
    var words =
        clause.stream()
            .flatMap(t -> isLoose(t) ? t.parts().stream() : Stream.of(t))
            .map(t -> t.is(Token.Kind.UNKNOWN) ? t.as(Token.Kind.WORD) : t)
            .toList();
    var line = new TokenLine(words);
    for (var row : TABLE) {
      if ((orders || !row.ordering()) && (!past || row.always())) {
        line =
            line.replace(
                row.pattern(), match -> Optional.of(List.of(found(row.kind(), match, out))));
      }
    }
    return List.copyOf(out);
  }

  /** Phrases that carry nothing as such, and "keep it that way". */
  private static boolean isLoose(Token token) {
    return LOOSE.stream().anyMatch(token::is)
        || (token.is("forever") && token.parts().stream().anyMatch(t -> t.text().equals("keep")));
  }

  private static Token found(Kind kind, Match match, List<BindingCue> out) {
    int to = match.tokens().getLast().to();
    out.add(new BindingCue(kind, match.tokens().getFirst().from(), to));
    return match.joined(Token.Kind.PHRASE, "cue", "cue");
  }
}
