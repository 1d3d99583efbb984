package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;

/**
 * The zones of a text's times: of a time's own words, else of its sentence. A zone in another
 * sentence may hold, too. Immutable.
 *
 * @param zones the tokens of zones that are known, in order
 * @param stops the first characters of the marks that end sentences
 * @param otherwise the zone of a text that names none
 */
record SaidZones(List<Token> zones, List<Integer> stops, ZoneId otherwise) {
  static SaidZones of(TokenLine line, ZoneId otherwise) {
    var zones = line.tokens().stream().filter(t -> t.is(Kind.ZONE) && isClear(t)).toList();
    var stops = line.tokens().stream().filter(Token::isStop).map(Token::from);
    return new SaidZones(zones, stops.toList(), otherwise);
  }

  /** Whether a token of a zone is one zone for sure. */
  static boolean isClear(Token zone) {
    return !zone.text().isEmpty() && !zone.text().contains(ZoneReader.OR);
  }

  /** That of some words of a time; of several that may be meant, the first. */
  ZoneId of(List<Token> words) {
    return candidates(words).getFirst();
  }

  /** Those that may be meant; at least one. */
  List<ZoneId> candidates(List<Token> words) {
    var own = distinct(words.stream().filter(t -> t.is(Kind.ZONE) && isClear(t)));
    if (!own.isEmpty()) {
      return own.subList(0, 1);
    }
    long sentence = sentence(words.getFirst());
    var near = distinct(zones.stream().filter(z -> sentence(z) == sentence));
    return near.isEmpty()
        ? Stream.concat(Stream.of(otherwise), distinct(zones.stream()).stream()).toList()
        : near;
  }

  private static List<ZoneId> distinct(Stream<Token> zones) {
    return zones.map(z -> ZoneId.of(z.text())).distinct().toList();
  }

  private long sentence(Token token) {
    return stops.stream().filter(s -> s < token.from()).count();
  }
}
