package dev.deployclaw.policy.parse;

import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/** Puts the documents of many sources together; one bad tenant doesn't touch the others. */
public final class Sources {
  private final SortedMap<String, TenantPolicy> policies = new TreeMap<>();
  private final SortedMap<String, List<String>> definers = new TreeMap<>();
  private final SortedSet<String> leftOut = new TreeSet<>();
  private final List<Problem> problems = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();

  private Sources() {}

  /** Collects where every source may define every tenant. */
  public static Collected collect(Collection<? extends Source> sources) {
    return collect(sources, (_, _) -> true);
  }

  /**
   * Collects the sources; the order in which they are given has no influence.
   *
   * @param mayDefine whether a home (namespace or folder) may define a tenant
   */
  public static Collected collect(
      Collection<? extends Source> sources, BiPredicate<String, String> mayDefine) {
    var all = new Sources();
    sources.forEach(s -> all.add(s, mayDefine));
    all.refuseDuplicates();
    return all.collected();
  }

  private void add(Source source, BiPredicate<String, String> mayDefine) {
    switch (source) {
      case Source.Unreadable(String name, String reason) -> {
        unknown.add(name);
        problem(name, "could not be read: " + reason, "what it defines stays as it is until then");
      }
      case Source.Document document -> add(document, mayDefine);
    }
  }

  private void add(Source.Document document, BiPredicate<String, String> mayDefine) {
    var parsed = PolicyDocument.parse(document.name(), document.text());
    problems.addAll(parsed.problems());
    if (parsed.tenant().isEmpty()) {
      unknown.add(document.name());
      return;
    }
    String tenant = parsed.tenant().get();
    definers.computeIfAbsent(tenant, _ -> new ArrayList<>()).add(document.name());
    if (parsed.policy().isEmpty()) {
      leftOut.add(tenant);
    } else if (!mayDefine.test(document.home(), tenant)) {
      leftOut.add(tenant);
      problem(
          document.name(),
          document.home() + " may not define the tenant " + tenant,
          "move the document, or allow it in policySources");
    }
    parsed.policy().ifPresent(p -> policies.put(tenant, p));
  }

  private void refuseDuplicates() {
    for (Map.Entry<String, List<String>> entry : definers.entrySet()) {
      var names = entry.getValue().stream().sorted().toList();
      if (names.size() > 1) {
        leftOut.add(entry.getKey());
        problem(
            names.getFirst(),
            "the tenant " + entry.getKey() + " is defined in " + String.join(" and in ", names),
            "keep one of them");
      }
    }
  }

  private void problem(String source, String what, String remedy) {
    problems.add(new Problem(source, "", 0, 0, what, remedy));
  }

  private Collected collected() {
    policies.keySet().removeAll(leftOut);
    var origins = new TreeMap<String, String>();
    definers.forEach((tenant, names) -> origins.put(tenant, names.getFirst()));
    origins.keySet().retainAll(policies.keySet());
    var inOrder = problems.stream().sorted(Problem.IN_TEXT_ORDER).toList();
    return new Collected(policies, origins, leftOut, inOrder, unknown.stream().sorted().toList());
  }
}
