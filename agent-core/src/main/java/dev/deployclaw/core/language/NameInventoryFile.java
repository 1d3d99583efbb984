package dev.deployclaw.core.language;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.DnsLabel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An inventory as a document: {@code tenants: {name: {label: value}}} and {@code services: [name]}.
 * It lets a request be planned with no back end. {@code limits} may be there; planning doesn't need
 * them.
 */
public final class NameInventoryFile {
  private NameInventoryFile() {}

  /**
   * What came of it.
   *
   * @param inventory complete where {@code problems} is empty; else what could be read
   */
  public record Reading(NameInventory inventory, List<String> problems) {
    public Reading {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Reads the parsed document.
   *
   * @param document maps, lists and scalars, as a YAML or JSON parser gives them
   */
  public static Reading read(@Nullable Object document) {
    var problems = new ArrayList<String>();
    if (!(document instanceof Map<?, ?> map)) {
      return new Reading(
          new NameInventory(new TreeMap<>(), new TreeSet<>(), PolicySet.EMPTY),
          List.of("the inventory isn't a mapping with tenants and services"));
    }
    for (Object key : map.keySet()) {
      if (!List.of("tenants", "services", "limits").contains(String.valueOf(key))) {
        problems.add("unknown key " + key + "; use tenants and services");
      }
    }
    var tenants = tenants(map.get("tenants"), problems);
    var services = services(map.get("services"), problems);
    return new Reading(new NameInventory(tenants, services, PolicySet.EMPTY), problems);
  }

  private static SortedMap<String, SortedMap<String, String>> tenants(
      @Nullable Object value, List<String> problems) {
    var tenants = new TreeMap<String, SortedMap<String, String>>();
    if (value == null) {
      return tenants;
    }
    if (!(value instanceof Map<?, ?> map)) {
      problems.add("tenants isn't a mapping of names to labels");
      return tenants;
    }
    map.forEach((name, labels) -> {
      if (named("tenants", name, problems)) {
        tenants.put(String.valueOf(name), labels(name, labels, problems));
      }
    });
    return tenants;
  }

  private static SortedMap<String, String> labels(
      @Nullable Object tenant, @Nullable Object value, List<String> problems) {
    var labels = new TreeMap<String, String>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, label) -> labels.put(String.valueOf(key), String.valueOf(label)));
    } else if (value != null) {
      problems.add("the labels of tenant " + tenant + " aren't a mapping");
    }
    return labels;
  }

  private static SortedSet<String> services(@Nullable Object value, List<String> problems) {
    var services = new TreeSet<String>();
    if (value instanceof List<?> list) {
      list.stream()
          .filter(name -> named("services", name, problems))
          .forEach(name -> services.add(String.valueOf(name)));
    } else if (value != null) {
      problems.add("services isn't a list of names");
    }
    return services;
  }

  private static boolean named(String where, @Nullable Object name, List<String> problems) {
    boolean label = DnsLabel.isLabel(String.valueOf(name));
    if (!label) {
      problems.add(where + ": \"" + name + "\" isn't a DNS label");
    }
    return label;
  }
}
