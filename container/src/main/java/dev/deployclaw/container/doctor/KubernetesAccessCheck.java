package dev.deployclaw.container.doctor;

import dev.deployclaw.core.spi.MemberReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether the agent has every right in Kubernetes that a change will need, before it needs it. */
final class KubernetesAccessCheck {
  private static final String ABOUT = "kubernetes";

  private KubernetesAccessCheck() {}

  /** Nothing where no cluster is configured: the look {@code inspect} says so. */
  static List<Diagnosis> examine(ExecutorCheck looks) throws InterruptedException {
    return looks.diagnose(ABOUT, "access", KubernetesAccessCheck::told);
  }

  static List<Diagnosis> told(List<MemberReport> reports) {
    var found = new ArrayList<Diagnosis>();
    long asked = 0;
    for (var report : reports) {
      switch (report.answer()) {
        case YES -> asked += report.facts().get("rights") instanceof Number n ? n.longValue() : 0;
        case NO -> found.addAll(missing(report));
        case UNKNOWN -> found.add(Diagnosis.unreachable(ABOUT, report.reason()));
        case SKIPPED -> {}
      }
    }
    reports.stream()
        .filter(r -> r.answer() == MemberReport.Answer.SKIPPED)
        .findFirst()
        .ifPresent(r -> found.add(unasked(r)));
    if (found.isEmpty() && asked > 0) {
      found.add(Diagnosis.ok(ABOUT, "has all " + asked + " permissions that a change needs"));
    }
    return found;
  }

  private static Diagnosis unasked(MemberReport report) {
    return Diagnosis.warning(
        ABOUT,
        "it is unknown whether a change has all its permissions: " + report.reason(),
        "bind the ClusterRole system:basic-user to the agent, as clusters do by default");
  }

  private static List<Diagnosis> missing(MemberReport report) {
    return report.facts().get("missing") instanceof List<?> rules
        ? rules.stream().filter(Map.class::isInstance).map(r -> missing((Map<?, ?>) r)).toList()
        : List.of(Diagnosis.error(ABOUT, report.reason(), "fix the named problem"));
  }

  private static Diagnosis missing(Map<?, ?> rule) {
    return Diagnosis.error(
        ABOUT, String.valueOf(rule.get("denied")), "add the rule " + rule.get("rule"));
  }
}
