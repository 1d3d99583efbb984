package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.container.query.OutcomeDocuments;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.QueryReport;
import dev.deployclaw.core.result.ScanReport;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.finding.PolicyFinding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Shows what a scan or a validation saw. */
public record ScanView(CommandEnvironment around) {
  /** Prints it and returns the exit code. */
  public int show(ScanReport answer, boolean json) {
    if (json) {
      around.json(document(answer));
    } else if (answer.exit() != ExitCode.UNREACHABLE) {
      print(answer);
    }
    new FailureExplanationView(around).tell(answer);
    return answer.exit().code();
  }

  /** Prints only how what is enforced differs, and returns the exit code. */
  int drift(ScanReport answer, boolean json) {
    if (json) {
      var document = document(answer);
      document.keySet().retainAll(List.of("epoch", "reason", "drift"));
      around.json(document);
    } else if (answer.exit() != ExitCode.UNREACHABLE) {
      differences(answer);
    }
    new FailureExplanationView(around).tell(answer);
    return answer.exit().code();
  }

  private void differences(ScanReport answer) {
    around.say("committed epoch: " + answer.epoch());
    answer.drift().forEach(d -> around.say("drift    " + d.text()));
    if (answer.drift().isEmpty()) {
      around.say(Discrepancy.sentence(List.of()));
    }
  }

  /** Prints what was asked for in words: the limits that were named, or else what was seen. */
  public void tell(QueryReport report) {
    around.say("");
    report.limits().forEach(around::say);
    if (report.operation() == TaskOperation.CHECK_DRIFT) {
      differences(report.seen());
    } else {
      print(report.seen());
    }
  }

  static Map<String, Object> document(ScanReport answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("epoch", answer.epoch());
    if (!answer.reason().isEmpty()) {
      out.put("reason", answer.reason());
    }
    var looks = new TreeMap<String, Object>();
    answer
        .looks()
        .forEach((operation, outcome) -> looks.put(operation, OutcomeDocuments.document(outcome)));
    out.put("looks", looks);
    out.put("drift", answer.drift().stream().map(Discrepancy::toMap).toList());
    out.put("problems", answer.problems().stream().map(DocumentProblem::text).toList());
    out.put("findings", answer.findings().stream().map(PolicyFinding::toMap).toList());
    out.putAll(answer.truth().toMap());
    answer.probe().ifPresent(probe -> out.put("probe", OutcomeDocuments.document(probe)));
    return out;
  }

  private void print(ScanReport answer) {
    around.say("committed epoch: " + answer.epoch());
    answer.looks().forEach((operation, outcome) -> around.say(line(operation, outcome)));
    answer.problems().forEach(p -> around.say("problem  " + p.text()));
    answer.findings().forEach(f -> around.say(line(f)));
    answer.drift().forEach(d -> around.say("drift    " + d.text()));
    var expired = answer.truth().expired();
    answer
        .truth()
        .overlays()
        .forEach(o ->
            around.say(expired.contains(o) ? "expired  " + o.expiry() : "overlay  " + o.text()));
    answer.truth().unapplied().forEach(u -> around.say("source   " + u));
    answer.probe().ifPresent(probe -> around.say(line("probe", probe)));
    around.say(answer.reason().isEmpty() ? "nothing is wrong" : answer.reason());
  }

  private static String line(String operation, CallOutcome outcome) {
    return switch (outcome) {
      case CallOutcome.Done(var reports, var _) -> {
        long yes = count(reports, MemberReport.Answer.YES);
        long asked = reports.size() - count(reports, MemberReport.Answer.SKIPPED);
        yield asked == 0 && !reports.isEmpty()
            ? "%-20s skipped: %s".formatted(operation, reports.getFirst().reason())
            : "%-20s %d of %d answered".formatted(operation, yes, asked);
      }
      case CallOutcome.Failed(var fault) -> "%-20s failed: %s".formatted(operation, fault.reason());
    };
  }

  private static long count(List<MemberReport> reports, MemberReport.Answer answer) {
    return reports.stream().filter(r -> r.answer() == answer).count();
  }

  private static String line(PolicyFinding f) {
    return "%-8s %s".formatted(f.severity().name().toLowerCase(Locale.ROOT), f.text());
  }
}
