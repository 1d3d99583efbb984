package dev.deployclaw.core.language.time;

import dev.deployclaw.core.language.lexer.PatternTable;
import java.text.Normalizer;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Zones by the names of places, peoples and clocks: those of {@code places.txt}, else the cities in
 * the JDK's own ids. Read when the first name beside a time is looked up. The names of CLDR, which
 * {@code DateTimeFormatter} has, take a second to load: a test compares them. Pure.
 */
final class PlaceNames {
  private static final Pattern MARKS = Pattern.compile("\\p{M}+");
  private static final Map<String, String> LISTED =
      PatternTable.keys(PlaceNames.class, "places.txt");

  /** What the id of a city begins with; the poles have stations, no cities. */
  private static final Pattern CITY =
      Pattern.compile("(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[^/]+");

  private PlaceNames() {}

  /** The ids that a name may mean, of which several are a question; empty where it is no place. */
  static List<String> zones(String written) {
    String name = plain(written);
    return Optional.ofNullable(LISTED.get(name))
        .map(ids -> ids.equals("-") ? List.<String>of() : List.of(ids.split(" ", -1)))
        .orElseGet(() -> Optional.ofNullable(Cities.ZONES.get(name)).stream().toList());
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
