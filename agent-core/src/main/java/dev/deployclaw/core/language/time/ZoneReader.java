package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Puts one token in place of each zone that stands beside a time: "in Tokyo", "Berlin time",
 * "UTC+2". Its text is the zone's id, or the ids of a name of several, or nothing for a place that
 * isn't known. A place that only tells where somebody is stays words. Pure.
 */
record ZoneReader(String text) {
  /** Between the ids of a name that may be several zones. */
  static final String OR = " ";

  /** Before the ids of a place whose name a tenant, a label or a service has, too. */
  static final String NAMED = "?";

  private static final PatternTable TABLE = PatternTable.read(ZoneReader.class, "zones.txt");
  private static final int MOST_WORDS = 4;

  /** A second zone in the words behind a first one is found in the next pass. */
  private static final int PASSES = 3;

  private static final Set<String> LEADS =
      Set.of("in", "on", "at", "by", "our", "the", "their", "your", "local", "time");
  private static final Set<String> TIME = PatternTable.words(ZoneReader.class, "zone-time.txt");
  private static final Set<String> ENDS = PatternTable.words(ZoneReader.class, "zone-ends.txt");
  private static final Set<Kind> NAMES = Set.of(Kind.TENANT, Kind.SERVICE, Kind.LABEL, Kind.LIMIT);

  static TokenLine read(String text, TokenLine written) {
    var reader = new ZoneReader(text);
    var line = written;
    boolean found = true;
    for (int pass = 0; found && pass < PASSES; pass++) {
      var before = line;
      line = TABLE.replace(before, reader::made);
      found = line != before;
    }
    return line;
  }

  private Optional<List<Token>> made(String row, Match m) {
    var all = m.tokens();
    int from = 0;
    boolean in = false;
    while (!in && from < all.size() - 1 && LEADS.contains(all.get(from).text())) {
      in = all.get(from++).text().equals("in");
    }
    return switch (row) {
      case "id" -> all.size() > 1 ? zone(all, all.size(), all.get(from).text()) : Optional.empty();
      case "again" -> again(all);
      case "time" -> timed(all, from, true);
      case "lead", "clock" -> timed(all, from, false);
      default -> place(row, all, from);
    };
  }

  /** "IST (India)": both names are of one zone. */
  private Optional<List<Token>> again(List<Token> all) {
    for (int end = all.size(); end > 2; end--) {
      var ids = String.join(OR, zones(all.subList(2, end)));
      String both = PlaceNames.common(all.getFirst().text(), ids);
      if (!both.isEmpty()) {
        return zone(all, end, both);
      }
    }
    return Optional.empty();
  }

  /** The words from there to "time": a place, or, behind a time, one that nothing knows. */
  private Optional<List<Token>> timed(List<Token> all, int from, boolean behind) {
    int end = all.size();
    while (end > from + 1 && TIME.contains(all.get(end - 1).text())) {
      end--;
    }
    var name = all.subList(from, end);
    var ids = zones(name);
    boolean strange = behind && name.stream().allMatch(t -> t.is(Kind.UNKNOWN));
    return ids.isEmpty() && !strange ? Optional.empty() : zone(all, all.size(), ids(name, ids));
  }

  /** As many of the words as are a place; without "in" a time must end behind it. */
  private Optional<List<Token>> place(String row, List<Token> all, int from) {
    for (int end = Math.min(all.size(), from + MOST_WORDS); end > from; end--) {
      var name = all.subList(from, end);
      var ids = zones(name);
      if (!ids.isEmpty() && (row.equals("in") || stands(row, name, ids, isEnd(all, end)))) {
        return zone(all, end, ids(name, ids));
      }
    }
    int strange = from;
    while (strange < all.size() && all.get(strange).is(Kind.UNKNOWN)) {
      strange++;
    }
    boolean named = row.equals("in") && strange > from && isEnd(all, strange);
    return named && !isSmall(all.get(from)) ? zone(all, strange, "") : Optional.empty();
  }

  /**
   * Whether a bare name is a zone: an abbreviation; else right behind the clock or in brackets.
   * Behind a comma or a dash it may be who signs.
   */
  private boolean stands(String row, List<Token> name, List<String> ids, boolean ends) {
    String before = text.substring(0, name.getFirst().from()).stripTrailing();
    boolean apart =
        before.endsWith(",") || before.endsWith("-") || before.matches("(?s).*[–—|•\\[]");
    boolean fixed =
        written(name).matches("[A-Z]{2,3}") || ids.stream().noneMatch(id -> id.contains("/"));
    boolean placed = before.endsWith("(") || (row.equals("bare") && !apart);
    return row.equals("group")
        ? fixed
        : ends ? fixed || placed || isNamed(name) : fixed && !isNamed(name);
  }

  /** The zones of a name; a known word in small letters, as "nice", is no place. */
  private List<String> zones(List<Token> name) {
    var ids = PlaceNames.zones(written(name));
    var first = name.getFirst();
    boolean word = name.size() == 1 && first.is(Kind.WORD) && isSmall(first);
    return word && ids.size() == 1 ? List.of() : ids;
  }

  private static boolean isEnd(List<Token> all, int at) {
    return at == all.size()
        || all.get(at).is(Kind.DATE)
        || ENDS.contains(all.get(at).text())
        || SaidDate.isWeekday(all.subList(at, at + 1));
  }

  private static boolean isNamed(List<Token> name) {
    return name.stream().anyMatch(t -> NAMES.contains(t.kind()) && !t.rule().equals("typo"));
  }

  private boolean isSmall(Token token) {
    return !Character.isUpperCase(text.charAt(token.from()));
  }

  private static String ids(List<Token> name, List<String> ids) {
    return (isNamed(name) ? NAMED + OR : "") + String.join(OR, ids);
  }

  /** A zone in place of the first words, before the others. */
  private static Optional<List<Token>> zone(List<Token> all, int words, String ids) {
    int to = all.get(words - 1).to();
    var out = new ArrayList<>(all.subList(words, all.size()));
    out.addFirst(Token.of(Kind.ZONE, ids, all.getFirst().from(), to));
    return Optional.of(out);
  }

  private String written(List<Token> words) {
    return text.substring(words.getFirst().from(), words.getLast().to());
  }
}
