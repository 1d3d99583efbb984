package dev.deployclaw.policy.source;

import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyDocumentReader;
import dev.deployclaw.policy.parse.PolicyOrigin;
import dev.deployclaw.policy.source.DocumentOwnerFinder.UnattributedDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Puts the documents of many sources together; one bad tenant doesn't touch the others. */
public final class PolicyCollector {
  private static final int MOST_NAMED = 10;

  private final TenantDefinitionRights rights;
  private final SortedMap<String, TenantPolicy> policies = new TreeMap<>();
  private final SortedMap<String, List<PolicyOrigin>> definers = new TreeMap<>();
  private final SortedMap<String, DocumentProblem> leftOut = new TreeMap<>();
  private final List<DocumentProblem> problems = new ArrayList<>();
  private final List<UnattributedDocument> nameless = new ArrayList<>();
  private final List<String> unreadable = new ArrayList<>();

  private PolicyCollector(TenantDefinitionRights rights) {
    this.rights = rights;
  }

  /**
   * Collects the sources, each asked for once; the order in which they come has no influence.
   *
   * @param committed tenants that have a policy already
   */
  public static CollectedPolicies collect(
      Iterable<? extends PolicySource> sources,
      TenantDefinitionRights rights,
      Set<String> committed) {
    var all = new PolicyCollector(rights);
    sources.forEach(all::add);
    all.refuseDuplicates();
    new DocumentOwnerFinder(rights, committed)
        .of(all.nameless, all.definers.keySet())
        .forEach((tenant, problem) -> all.leftOut.putIfAbsent(tenant, problem));
    return all.collected();
  }

  private void add(PolicySource source) {
    switch (source) {
      case PolicySource.Unreadable(String name, String reason) -> {
        unreadable.add(name);
        problems.add(
            problem(
                name,
                "could not be read: " + reason,
                "its tenants keep their policies until then"));
      }
      case PolicySource.Malformed(String name, String home, String what) -> {
        var problem = problem(name, what, "write one policy as UTF-8 text, or remove it");
        problems.add(problem);
        nameless.add(new UnattributedDocument(name, home, "", problem));
      }
      case PolicySource.Document document -> add(document);
    }
  }

  private void add(PolicySource.Document document) {
    var parsed = PolicyDocumentReader.parse(document.name(), document.text());
    problems.addAll(parsed.problems());
    if (parsed.tenant().isEmpty()) {
      var first = parsed.problems().getFirst();
      nameless.add(
          new UnattributedDocument(document.name(), document.home(), document.text(), first));
      return;
    }
    String tenant = parsed.tenant().get();
    definers.computeIfAbsent(tenant, _ -> new ArrayList<>()).add(parsed.origin().orElseThrow());
    if (parsed.policy().isEmpty()) {
      leaveOut(tenant, parsed.problems().getFirst());
    } else if (!rights.mayDefine(document.home(), tenant)) {
      String what = document.home() + " may not define the tenant " + tenant;
      var problem =
          problem(document.name(), what, "move the document, or allow it in policySources");
      problems.add(problem);
      leaveOut(tenant, problem);
    }
    parsed.policy().ifPresent(p -> policies.put(tenant, p));
  }

  private void refuseDuplicates() {
    for (Map.Entry<String, List<PolicyOrigin>> entry : definers.entrySet()) {
      var names = entry.getValue().stream().map(PolicyOrigin::source).sorted().toList();
      if (names.size() > 1) {
        String what =
            "the tenant "
                + entry.getKey()
                + " is defined in "
                + names.stream().limit(MOST_NAMED).collect(Collectors.joining(" and in "))
                + (names.size() > MOST_NAMED
                    ? " and in " + (names.size() - MOST_NAMED) + " more"
                    : "");
        var problem = problem(names.getFirst(), what, "keep one of them");
        problems.add(problem);
        leaveOut(entry.getKey(), problem);
      }
    }
  }

  /** Of several problems the first in the order of sources, so that it is always the same. */
  private void leaveOut(String tenant, DocumentProblem problem) {
    leftOut.merge(
        tenant, problem, (a, b) -> DocumentProblem.IN_TEXT_ORDER.compare(a, b) <= 0 ? a : b);
  }

  private static DocumentProblem problem(String source, String what, String remedy) {
    return new DocumentProblem(source, "", 0, 0, what, remedy);
  }

  private CollectedPolicies collected() {
    policies.keySet().removeAll(leftOut.keySet());
    var origins = new TreeMap<String, PolicyOrigin>();
    policies
        .keySet()
        .forEach(t -> origins.put(t, Objects.requireNonNull(definers.get(t)).getFirst()));
    return new CollectedPolicies(
        policies,
        origins,
        leftOut,
        problems.stream().sorted(DocumentProblem.IN_TEXT_ORDER).toList(),
        nameless.stream().map(UnattributedDocument::source).sorted().toList(),
        unreadable.stream().sorted().toList());
  }
}
