package dev.deployclaw.container.doctor;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.policy.wire.ServiceStatus;
import java.util.List;
import java.util.Objects;

/** The rate limit services: who answers, and whether each can use what it needs. */
final class RateLimitServiceCheck {
  private static final String ABOUT = "ratelimit";

  private RateLimitServiceCheck() {}

  static List<Diagnosis> examine(ExecutorCheck looks) throws InterruptedException {
    return looks.diagnose(ABOUT, "topology", RateLimitServiceCheck::told);
  }

  static List<Diagnosis> told(List<MemberReport> reports) {
    var found = new DiagnosisCollector(ABOUT);
    ExecutorCheck.tell(reports, found);
    for (var report : reports) {
      if (report.answer() == Answer.YES) {
        trouble(report, "etcd", "can't read etcd", found);
        trouble(report, "redis", "can't ask Redis", found);
      }
    }
    return found.all();
  }

  private static void trouble(
      MemberReport report, String fact, String what, DiagnosisCollector found) {
    String said = String.valueOf(Objects.requireNonNullElse(report.facts().get(fact), ""));
    if (!said.equals(ServiceStatus.OK) && !said.isEmpty()) {
      found.error(
          "%s %s: %s".formatted(report.member(), what, said),
          "fix the named problem; its settings: docs/tasks/credentials.md");
    }
  }
}
