package dev.deployclaw.container.doctor;

import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.policy.wire.ServiceStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The rate limit services: who answers, and whether each can use what it needs. */
final class Services {
  private static final String ABOUT = "ratelimit";

  private Services() {}

  static List<Diagnosis> examine(Looks looks) throws InterruptedException {
    return switch (looks.look(ABOUT, "topology")) {
      case Outcome.Failed(var fault) -> List.of(Diagnosis.of(ABOUT, fault));
      case Outcome.Done(var reports, var _) -> told(reports);
    };
  }

  static List<Diagnosis> told(List<Report> reports) {
    var found = new ArrayList<>(Looks.told(ABOUT, reports));
    for (var report : reports) {
      if (report.answer() == Answer.YES) {
        trouble(report, "etcd", "can't read etcd").forEach(found::add);
        trouble(report, "redis", "can't ask Redis").forEach(found::add);
      }
    }
    return found;
  }

  private static List<Diagnosis> trouble(Report report, String fact, String what) {
    String said = String.valueOf(Objects.requireNonNullElse(report.facts().get(fact), ""));
    return said.equals(ServiceStatus.OK) || said.isEmpty()
        ? List.of()
        : List.of(
            Diagnosis.error(
                ABOUT,
                "%s %s: %s".formatted(report.member(), what, said),
                "mend what is named; its settings: docs/guide/credentials.md"));
  }
}
