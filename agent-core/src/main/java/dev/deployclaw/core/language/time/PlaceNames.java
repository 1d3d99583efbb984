package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.PatternTable;
import java.text.Normalizer;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Zones by the names of places, peoples and clocks: those of {@code places.txt}, else the cities in
 * the JDK's own ids. Read when the first name beside a time is looked up. The names of CLDR, which
 * {@code DateTimeFormatter} has, take a second to load: a test compares them. Pure.
 */
public final class PlaceNames {
  private static final Pattern MARKS = Pattern.compile("\\p{M}+");

  /** "UTC+2", "+05:30", not "-02:00", which may be a clock; none is further away. */
  private static final Pattern SHIFTED =
      Pattern.compile("(?:(?:utc|gmt)(?=.{2})|(?=\\+\\d\\d))([+-])(1[0-4]|0?\\d)(?::?([0-5]\\d))?");

  private static final Map<String, String> LISTED =
      PatternTable.keys(PlaceNames.class, "places.txt");

  /** What the id of a city begins with; the poles have stations, no cities. */
  private static final Pattern CITY =
      Pattern.compile("(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[^/]+");

  private static final List<Instant> SEASONS =
      List.of(Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-07-01T00:00:00Z"));

  private PlaceNames() {}

  /** Whether a name is that of a zone, or of a place that has one. */
  public static boolean isZone(String written) {
    return !zones(written).isEmpty();
  }

  /** The ids that a name may mean, of which several are a question; empty where it is no place. */
  static List<String> zones(String written) {
    String name = plain(written);
    var shifted = SHIFTED.matcher(name);
    if (shifted.matches()) {
      String hours = (shifted.group(2).length() < 2 ? "0" : "") + shifted.group(2);
      String minutes = Optional.ofNullable(shifted.group(3)).orElse("00");
      return List.of(ZoneOffset.of(shifted.group(1) + hours + ":" + minutes).getId());
    }
    return Optional.ofNullable(LISTED.get(name))
        .map(ids -> ids.equals("-") ? List.<String>of() : List.of(ids.split(" ", -1)))
        .orElseGet(() -> Optional.ofNullable(Cities.ZONES.get(name)).stream().toList());
  }

  /** The ids that two names share; an offset is that of a place that has it in some season. */
  static String common(String some, String others) {
    return Stream.of(some.split(" ", -1))
        .flatMap(
            a -> Stream.of(others.split(" ", -1)).filter(b -> agree(a, b)).map(b -> place(a, b)))
        .distinct()
        .collect(Collectors.joining(" "));
  }

  private static boolean agree(String a, String b) {
    boolean known = !a.isEmpty() && !b.isEmpty() && !a.equals("?") && !b.equals("?");
    return known
        && SEASONS.stream().anyMatch(s -> rules(a).getOffset(s).equals(rules(b).getOffset(s)))
        && (a.equals(b) || !a.contains("/") || !b.contains("/"));
  }

  private static ZoneRules rules(String id) {
    return ZoneId.of(id).getRules();
  }

  private static String place(String a, String b) {
    return a.contains("/") ? a : b;
  }

  /** As the file has it: "sao_paulo". */
  private static String plain(String name) {
    String plain = MARKS.matcher(Normalizer.normalize(name, Normalizer.Form.NFD)).replaceAll("");
    return plain.toLowerCase(Locale.ROOT).replaceAll("\\s+", "_");
  }

  private static final class Cities {
    /** Of two ids with one city, as Europe/Istanbul and Asia/Istanbul, either will do. */
    static final Map<String, String> ZONES =
        ZoneId.getAvailableZoneIds().stream()
            .filter(id -> CITY.matcher(id).matches())
            .sorted()
            .collect(
                Collectors.toUnmodifiableMap(
                    id -> plain(id.substring(id.indexOf('/') + 1)), id -> id, (a, _) -> a));
  }
}
