package dev.deployclaw.container.doctor;

import dev.deployclaw.core.spi.MemberReport;
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
    var found = new DiagnosisCollector(ABOUT);
    long asked = 0;
    for (var report : reports) {
      switch (report.answer()) {
        case YES -> asked += report.facts().get("rights") instanceof Number n ? n.longValue() : 0;
        case NO -> missing(report, found);
        case UNKNOWN -> found.unreachable(report.reason());
        case SKIPPED -> {}
      }
    }
    reports.stream()
        .filter(r -> r.answer() == MemberReport.Answer.SKIPPED)
        .findFirst()
        .ifPresent(r ->
            found.warning(
                "it is unknown whether a change has all its permissions: " + r.reason(),
                "bind the ClusterRole system:basic-user to the agent, as clusters do by default"));
    if (found.all().isEmpty() && asked > 0) {
      found.ok("has all " + asked + " permissions that a change needs");
    }
    return found.all();
  }

  private static void missing(MemberReport report, DiagnosisCollector found) {
    if (!(report.facts().get("missing") instanceof List<?> rules)) {
      found.error(report.reason(), "fix the named problem");
      return;
    }
    for (var rule : rules) {
      if (rule instanceof Map<?, ?> fields) {
        found.error(String.valueOf(fields.get("denied")), "add the rule " + fields.get("rule"));
      }
    }
  }
}
