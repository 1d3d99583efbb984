package dev.deployclaw.core.plan;

import dev.deployclaw.core.task.Change;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which tenants a change is about. */
final class Targets {
  private Targets() {}

  static SortedSet<String> of(Change.Who who, SortedMap<String, TenantPolicy> known) {
    var out = new TreeSet<String>();
    if (who.all()) {
      out.addAll(known.keySet());
    }
    for (String name : who.tenants()) {
      if (!known.containsKey(name)) {
        throw new Unclear("There is no tenant " + name + ". Which one is meant?");
      }
      out.add(name);
    }
    if (!who.labels().isEmpty()) {
      known.values().stream()
          .filter(t -> t.labels().entrySet().containsAll(who.labels().entrySet()))
          .forEach(t -> out.add(t.tenant()));
    }
    out.removeAll(who.except());
    if (out.isEmpty()) {
      throw new Unclear("No tenant is meant by " + words(who) + ". Which one is?");
    }
    return out;
  }

  private static String words(Change.Who who) {
    if (who.labels().isEmpty()) {
      return who.tenants().isEmpty() ? "the request" : String.join(", ", who.tenants());
    }
    List<String> labels =
        who.labels().entrySet().stream()
            .map((Map.Entry<String, String> e) -> e.getKey() + "=" + e.getValue())
            .toList();
    return String.join(", ", labels);
  }
}
