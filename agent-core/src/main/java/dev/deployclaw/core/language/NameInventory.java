package dev.deployclaw.core.language;

import dev.deployclaw.policy.PolicySet;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The names that a request may speak of.
 *
 * @param tenants names and labels; those of the committed set and those that only a source defines
 * @param services names that gateways route to or that limits match
 * @param current the committed policy set; {@link PolicySet#EMPTY} before the first change
 */
public record NameInventory(
    SortedMap<String, SortedMap<String, String>> tenants,
    SortedSet<String> services,
    PolicySet current) {

  public NameInventory {
    var copy = new TreeMap<String, SortedMap<String, String>>();
    tenants.forEach(
        (t, labels) -> copy.put(t, Collections.unmodifiableSortedMap(new TreeMap<>(labels))));
    tenants = Collections.unmodifiableSortedMap(copy);
    services = Collections.unmodifiableSortedSet(new TreeSet<>(services));
  }
}
