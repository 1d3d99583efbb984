package dev.deployclaw.core.language.time;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.lexer.PatternTable;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of zones: those of the file agree with the JDK's zones and with the names of CLDR. */
class PlaceNamesTest {
  private static final List<Instant> SEASONS =
      List.of(Instant.parse("2026-01-15T00:00:00Z"), Instant.parse("2026-07-15T00:00:00Z"));

  @Test
  void areZonesThatTheJdkHas() {
    var listed = PatternTable.keys(PlaceNames.class, "places.txt");

    assertThat(listed.values().stream().filter(ids -> !ids.equals("-")))
        .allSatisfy(
            ids -> assertThat(Arrays.stream(ids.split(" ", -1)).map(ZoneId::of)).isNotEmpty());
  }

  /**
   * "Japan Time" of CLDR is the clock of what we call Japan; a name of ours may be others', too.
   */
  @Test
  void meanWhatTheyMeanInCldr() {
    var generic = DateTimeFormatter.ofPattern("vvvv", Locale.ENGLISH);
    var byName =
        ZoneId.getAvailableZoneIds().stream()
            .filter(id -> id.contains("/") && !id.startsWith("Etc/"))
            .map(ZoneId::of)
            .collect(Collectors.groupingBy(z -> generic.format(SEASONS.getFirst().atZone(z))));
    var other = new ArrayList<String>();
    byName.forEach((name, zones) -> {
      var ours = PlaceNames.zones(name.replaceAll(" (?:Standard )?Time$", ""));
      boolean agree =
          ours.isEmpty()
              || ours.stream()
                  .map(ZoneId::of)
                  .anyMatch(o -> zones.stream().anyMatch(z -> same(o, z)));
      if (!agree) {
        other.add(name + " " + ours);
      }
    });

    assertThat(byName).hasSizeGreaterThan(150);
    assertThat(other).isEmpty();
  }

  private static boolean same(ZoneId ours, ZoneId theirs) {
    return SEASONS.stream()
        .allMatch(s -> ours.getRules().getOffset(s).equals(theirs.getRules().getOffset(s)));
  }

  @ParameterizedTest
  @CsvSource({
    "Tokyo, Asia/Tokyo",
    "SÃO  PAULO, America/Sao_Paulo",
    "Kraków, Europe/Warsaw",
    "Ho Chi Minh City, Asia/Ho_Chi_Minh",
    "Reykjavik, Atlantic/Reykjavik",
    "York, ''",
    "North, ''",
    "Easter, ''",
    "McMurdo, ''"
  })
  void areFoundWithoutMarks(String name, String id) {
    assertThat(String.join(" ", PlaceNames.zones(name))).isEqualTo(id);
  }

  @ParameterizedTest
  @CsvSource({
    "Asia/Kolkata Europe/Dublin Asia/Jerusalem, Asia/Kolkata, Asia/Kolkata",
    "+01:00, Europe/Berlin, Europe/Berlin",
    "Europe/Berlin, +02:00, Europe/Berlin",
    "+01:00, America/New_York, ''",
    "Europe/Berlin, Europe/Paris, ''",
    "'', Europe/Paris, ''",
  })
  void shareAZone(String one, String other, String both) {
    assertThat(PlaceNames.common(one, other)).isEqualTo(both);
  }
}
