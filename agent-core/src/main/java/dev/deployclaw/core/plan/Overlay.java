package dev.deployclaw.core.plan;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A change by request that the tenants' sources don't say: it lies over them until somebody applies
 * them, or until they say the same.
 *
 * @param tenants whom it changed; each with the fingerprint of what its source said then, empty
 *     where no source defined it
 */
public record Overlay(By by, SortedMap<String, String> tenants) {
  private static final int MOST_NAMED = 5;

  public Overlay {
    tenants = Collections.unmodifiableSortedMap(new TreeMap<>(tenants));
  }

  /**
   * Whose it is.
   *
   * @param execution that made it
   * @param author who asked
   * @param atMillis when it was asked, in milliseconds since 1970
   * @param reason the request as it was typed, cut to a bound
   */
  public record By(String execution, String author, long atMillis, String reason) {
    private static final int LONGEST_REASON = 300;

    public By {
      reason = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason;
    }
  }

  /** The same over fewer tenants. */
  Overlay only(Predicate<String> which) {
    var fewer = new TreeMap<>(tenants);
    fewer.keySet().removeIf(which.negate());
    return new Overlay(by, fewer);
  }

  /** The same, with so many tenants at most: for a record, which has a bound. */
  Overlay atMost(int most) {
    var first = tenants.keySet().stream().limit(most).toList();
    return only(first::contains);
  }

  /** For JSON documents. */
  public Map<String, Object> toMap() {
    return Map.of(
        "tenants", List.copyOf(tenants.keySet()),
        "execution", by.execution(),
        "author", by.author(),
        "at", Instant.ofEpochMilli(by.atMillis()).toString(),
        "reason", by.reason());
  }

  /** For people: {@code acme: "set acme 700", asked by olivia at 2026-01-01T00:00:00Z (id)}. */
  public String text() {
    return "%s: \"%s\", asked by %s at %s (%s)"
        .formatted(
            names(), by.reason(), by.author(), Instant.ofEpochMilli(by.atMillis()), by.execution());
  }

  private String names() {
    var named = tenants.keySet().stream().limit(MOST_NAMED).toList();
    int more = tenants.size() - named.size();
    return String.join(", ", named) + (more > 0 ? " and " + more + " more" : "");
  }
}
