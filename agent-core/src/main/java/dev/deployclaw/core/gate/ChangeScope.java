package dev.deployclaw.core.gate;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Whom a change reaches, as far as the gate asks.
 *
 * @param operation its word, for example {@code set-limit}
 * @param tenants and groups whose limits change
 * @param services of those limits; {@code *} where one covers all
 */
public record ChangeScope(String operation, SortedSet<String> tenants, SortedSet<String> services) {
  private static final String ALL = "*";

  public static final ChangeScope NONE = new ChangeScope("", Collections.emptySortedSet());

  public ChangeScope {
    tenants = Collections.unmodifiableSortedSet(new TreeSet<>(tenants));
    services = Collections.unmodifiableSortedSet(new TreeSet<>(services));
  }

  private ChangeScope(String operation, SortedSet<String> none) {
    this(operation, none, none);
  }

  /** Of an operation of which nothing more can be told: every rule that holds touches it. */
  public static ChangeScope unknown(String operation) {
    return of(operation, List.of(ALL), List.of(ALL));
  }

  boolean unknown() {
    return tenants.contains(ALL);
  }

  public static ChangeScope of(
      String operation, Collection<String> tenants, Collection<String> services) {
    return new ChangeScope(operation, new TreeSet<>(tenants), new TreeSet<>(services));
  }
}
