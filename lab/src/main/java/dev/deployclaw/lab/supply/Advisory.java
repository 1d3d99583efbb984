package dev.deployclaw.lab.supply;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.maven.artifact.versioning.ComparableVersion;

/**
 * An entry of an OSV database, for one package. Whether a version is affected is decided as the OSV
 * schema says (1.7, "Evaluation"), in the order that Maven gives versions.
 */
record Advisory(
    String id, String packageName, String summary, List<Range> ranges, List<String> versions) {

  /** What happens at a version. */
  enum Kind {
    INTRODUCED,
    FIXED,
    LAST_AFFECTED
  }

  /** At {@code version} something happens; {@code "0"} comes before all versions. */
  record Event(Kind kind, String version) {
    private boolean isReachedBy(String other) {
      int order = version.equals("0") ? 1 : compare(other, version);
      return kind == Kind.LAST_AFFECTED ? order > 0 : order >= 0;
    }
  }

  /** Events, from the lowest version to the highest. */
  record Range(List<Event> events) {
    static Range of(List<Event> events) {
      var sorted = new ArrayList<>(events);
      sorted.sort(
          Comparator.<Event, Boolean>comparing(e -> !e.version().equals("0"))
              .thenComparing((a, b) -> compare(a.version(), b.version())));
      return new Range(List.copyOf(sorted));
    }

    boolean affects(String version) {
      boolean affected = false;
      for (var event : events) {
        if (event.isReachedBy(version)) {
          affected = event.kind() == Kind.INTRODUCED;
        }
      }
      return affected;
    }
  }

  boolean affects(String version) {
    return versions.contains(version) || ranges.stream().anyMatch(r -> r.affects(version));
  }

  /** The lowest version above this one that mends it. */
  Optional<String> fixedAfter(String version) {
    return ranges.stream()
        .flatMap(r -> r.events().stream())
        .filter(e -> e.kind() == Kind.FIXED && compare(e.version(), version) > 0)
        .map(Event::version)
        .min(Advisory::compare);
  }

  /** One for each Maven package that an OSV entry names; none for a withdrawn one. */
  static List<Advisory> read(JsonNode entry) {
    var found = new ArrayList<Advisory>();
    if (entry.hasNonNull("withdrawn")) {
      return found;
    }
    for (var affected : entry.path("affected")) {
      if (isMaven(affected.at("/package/ecosystem").asText())) {
        found.add(
            new Advisory(
                entry.path("id").asText(),
                affected.at("/package/name").asText(),
                entry.path("summary").asText(),
                ranges(affected.path("ranges")),
                texts(affected.path("versions"))));
      }
    }
    return found;
  }

  /** A repository other than Maven Central stands behind a colon. */
  private static boolean isMaven(String ecosystem) {
    return ecosystem.equals("Maven") || ecosystem.startsWith("Maven:");
  }

  private static List<Range> ranges(JsonNode ranges) {
    var found = new ArrayList<Range>();
    for (var range : ranges) {
      if (range.path("type").asText().equals("ECOSYSTEM")) {
        var events = new ArrayList<Event>();
        for (var event : range.path("events")) {
          for (var kind : Kind.values()) {
            var version = event.path(kind.name().toLowerCase(Locale.ROOT));
            if (version.isTextual()) {
              events.add(new Event(kind, version.asText()));
            }
          }
        }
        found.add(Range.of(events));
      }
    }
    return List.copyOf(found);
  }

  private static List<String> texts(JsonNode list) {
    var found = new ArrayList<String>();
    list.forEach(one -> found.add(one.asText()));
    return List.copyOf(found);
  }

  private static int compare(String one, String other) {
    return new ComparableVersion(one).compareTo(new ComparableVersion(other));
  }
}
