package dev.deployclaw.executors.kubernetes.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A rule of RBAC that would allow what is denied: all verbs of one resource in one namespace.
 *
 * @param namespace empty for what is in none
 * @param names of the objects; empty where it must be any
 */
public record MissingRbacRule(
    String namespace, String group, String resource, Set<String> names, Set<String> verbs) {

  /** What several denied requests have in common. */
  private record Place(String namespace, String group, String resource, boolean named) {
    static Place of(RbacRequest ask) {
      return new Place(ask.namespace(), ask.group(), ask.resource(), !ask.name().isEmpty());
    }
  }

  /** In the order of the requests. */
  public static List<MissingRbacRule> of(Collection<RbacRequest> denied) {
    var places = new LinkedHashMap<Place, List<RbacRequest>>();
    denied.forEach(a -> places.computeIfAbsent(Place.of(a), _ -> new ArrayList<>()).add(a));
    return places.entrySet().stream().map(e -> of(e.getKey(), e.getValue())).toList();
  }

  private static MissingRbacRule of(Place place, List<RbacRequest> denied) {
    var names = new TreeSet<String>();
    var verbs = new LinkedHashSet<String>();
    for (var ask : denied) {
      verbs.add(ask.verb());
      if (place.named()) {
        names.add(ask.name());
      }
    }
    return new MissingRbacRule(place.namespace(), place.group(), place.resource(), names, verbs);
  }

  public Map<String, Object> facts() {
    return Map.of("denied", words(), "rule", text());
  }

  /** For people: {@code may not get, patch deployments gw-01, gw-02 in edge}. */
  public String words() {
    return "may not "
        + String.join(", ", verbs)
        + " "
        + resource
        + (names.isEmpty() ? "" : " " + String.join(", ", names))
        + (namespace.isEmpty() ? "" : " in " + namespace);
  }

  /** As it stands in a Role, and where it belongs. */
  String text() {
    if (resource.startsWith("/")) {
      return "{nonResourceURLs: [\"%s\"], verbs: [%s]} in a ClusterRole"
          .formatted(resource, quoted(verbs));
    }
    String only = names.isEmpty() ? "" : ", resourceNames: [%s]".formatted(quoted(names));
    return "{apiGroups: [\"%s\"], resources: [\"%s\"]%s, verbs: [%s]} in %s"
        .formatted(
            group,
            resource,
            only,
            quoted(verbs),
            namespace.isEmpty() ? "a ClusterRole" : "a Role of " + namespace);
  }

  private static String quoted(Set<String> words) {
    return words.stream().map(w -> "\"" + w + "\"").collect(Collectors.joining(", "));
  }
}
