package dev.deployclaw.core.gate;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Whom a change reaches, as far as the gate asks.
 *
 * @param operations their words, for example {@code set-limit}; several are one change
 * @param tenants and groups whose limits change
 * @param services of those limits; {@code *} where one covers all
 */
public record ChangeScope(
    Set<String> operations, SortedSet<String> tenants, SortedSet<String> services) {
  private static final String ALL = "*";

  public static final ChangeScope NONE =
      new ChangeScope(Set.of(), new TreeSet<>(), new TreeSet<>());

  public ChangeScope {
    operations = Set.copyOf(operations);
    tenants = Collections.unmodifiableSortedSet(new TreeSet<>(tenants));
    services = Collections.unmodifiableSortedSet(new TreeSet<>(services));
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
    return of(Set.of(operation), tenants, services);
  }

  public static ChangeScope of(
      Set<String> operations, Collection<String> tenants, Collection<String> services) {
    return new ChangeScope(operations, new TreeSet<>(tenants), new TreeSet<>(services));
  }
}
