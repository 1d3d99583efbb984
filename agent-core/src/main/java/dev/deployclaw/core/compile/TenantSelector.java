package dev.deployclaw.core.compile;

import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which tenants a change is about. */
final class TenantSelector {
  private TenantSelector() {}

  static CompilationStep<SortedSet<String>> of(
      RequestedChange.Who who, SortedMap<String, TenantPolicy> known) {
    var missing = who.tenants().stream().filter(name -> !known.containsKey(name)).findFirst();
    if (missing.isPresent()) {
      return CompilationStep.unclear(
          "There is no tenant " + missing.get() + ". Which one do you mean?");
    }
    var out = new TreeSet<>(who.tenants());
    if (who.all()) {
      out.addAll(known.keySet());
    }
    if (!who.labels().isEmpty()) {
      known.values().stream()
          .filter(t -> t.labels().entrySet().containsAll(who.labels().entrySet()))
          .forEach(t -> out.add(t.tenant()));
    }
    who.except().forEach(out::remove);
    return out.isEmpty()
        ? CompilationStep.unclear("No tenant matches " + words(who) + ". Which one do you mean?")
        : CompilationStep.made(out);
  }

  private static String words(RequestedChange.Who who) {
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
