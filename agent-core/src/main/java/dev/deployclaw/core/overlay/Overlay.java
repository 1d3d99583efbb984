package dev.deployclaw.core.overlay;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** The most tenants that one request takes back. */
  private static final int MOST_AT_ONCE = 20;

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
   * @param end when it is to be taken back, where the request said that
   */
  public record By(
      String execution, String author, long atMillis, String reason, Optional<End> end) {
    private static final int LONGEST_REASON = 300;

    public By {
      reason = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason;
    }

    /** When it ends; empty where it doesn't, or that isn't known before its commit. */
    public Optional<Instant> until() {
      return end.flatMap(End::instant);
    }

    private By ending(End known) {
      return new By(execution, author, atMillis, reason, Optional.of(known));
    }
  }

  /** When an overlay's time is over. */
  public sealed interface End {
    /**
     * @param millis since 1970
     */
    record At(long millis) implements End {}

    /** So long after its commit, of which nobody knows before when it comes. */
    record AfterCommit(Duration lasts) implements End {}

    private Optional<Instant> instant() {
      return this instanceof At(long millis)
          ? Optional.of(Instant.ofEpochMilli(millis))
          : Optional.empty();
    }

    private String text() {
      return switch (this) {
        case At(long millis) -> "until " + Instant.ofEpochMilli(millis);
        case AfterCommit(Duration lasts) -> "for " + lasts.toSeconds() + " s from its commit";
      };
    }
  }

  /** Whether its time is over. It lies over the sources all the same, until they are applied. */
  public boolean expired(Instant now) {
    return by.until().filter(end -> !end.isAfter(now)).isPresent();
  }

  /** The request that takes it back; where it lies over many tenants, from the first of them. */
  public String remedy() {
    return "apply the policies of "
        + String.join(" and ", tenants.keySet().stream().limit(MOST_AT_ONCE).toList());
  }

  /** For people, of one whose time is over. */
  public String expiry() {
    return text() + "; a serving agent takes it back, or: " + remedy();
  }

  /** The same, committed at an instant; empty where that says nothing of its end. */
  Optional<Overlay> committed(Instant at) {
    return by.end().orElse(null) instanceof End.AfterCommit(Duration lasts)
        ? Optional.of(new Overlay(by.ending(new End.At(at.plus(lasts).toEpochMilli())), tenants))
        : Optional.empty();
  }

  /** The same over fewer tenants. */
  Overlay only(Predicate<String> which) {
    var fewer = new TreeMap<>(tenants);
    fewer.keySet().removeIf(which.negate());
    return new Overlay(by, fewer);
  }

  /** The same, with so many tenants at most: for a record, which has a bound. */
  public Overlay atMost(int most) {
    var first = tenants.keySet().stream().limit(most).toList();
    return only(first::contains);
  }

  /** For JSON documents. */
  public Map<String, Object> toMap() {
    var out = new TreeMap<String, Object>();
    out.put("tenants", List.copyOf(tenants.keySet()));
    out.put("execution", by.execution());
    out.put("author", by.author());
    out.put("at", Instant.ofEpochMilli(by.atMillis()).toString());
    out.put("reason", by.reason());
    by.until().ifPresent(end -> out.put("until", end.toString()));
    return out;
  }

  /** For people: {@code acme: "set acme 700", asked by olivia at 2026-01-01T00:00:00Z (id)}. */
  public String text() {
    String asked =
        "%s: \"%s\", asked by %s at %s (%s)"
            .formatted(
                names(),
                by.reason(),
                by.author(),
                Instant.ofEpochMilli(by.atMillis()),
                by.execution());
    return asked + by.end().map(end -> ", " + end.text()).orElse("");
  }

  private String names() {
    var named = tenants.keySet().stream().limit(MOST_NAMED).toList();
    int more = tenants.size() - named.size();
    return String.join(", ", named) + (more > 0 ? " and " + more + " more" : "");
  }
}
