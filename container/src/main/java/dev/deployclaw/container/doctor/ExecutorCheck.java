package dev.deployclaw.container.doctor;

import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Asks executors to look, as every run does, and tells what it came to. */
record ExecutorCheck(ExecutorRegistry executors) {
  private static final Duration LONGEST = Duration.ofSeconds(20);

  /** One look; an executor that isn't there is a failed look. */
  CallOutcome look(String name, String verb) throws InterruptedException {
    return executors.look(name + "." + verb, LONGEST);
  }

  /** What a look came to: who doesn't answer by name, the others by their number. */
  List<Diagnosis> diagnose(String name, String verb) throws InterruptedException {
    return diagnose(name, verb, reports -> told(name, reports));
  }

  /** The same, where the reports are told in another way. */
  List<Diagnosis> diagnose(
      String name, String verb, Function<List<MemberReport>, List<Diagnosis>> telling)
      throws InterruptedException {
    return switch (look(name, verb)) {
      case CallOutcome.Failed(var fault) -> failed(name, fault);
      case CallOutcome.Done(var reports, var _) -> telling.apply(reports);
    };
  }

  static List<Diagnosis> failed(String about, CallFault fault) {
    var found = new DiagnosisCollector(about);
    found.failed(fault);
    return found.all();
  }

  static List<Diagnosis> told(String about, List<MemberReport> reports) {
    var found = new DiagnosisCollector(about);
    tell(reports, found);
    return found.all();
  }

  static void tell(List<MemberReport> reports, DiagnosisCollector found) {
    long yes = reports.stream().filter(r -> r.answer() == Answer.YES).count();
    if (yes > 0) {
      found.ok(yes + " of " + reports.size() + " answer");
    }
    for (var report : reports) {
      String what = report.member() + ": " + report.reason();
      switch (report.answer()) {
        case YES -> {}
        case NO -> found.error(what, "fix the named problem");
        case UNKNOWN -> found.unreachable(what);
        case SKIPPED -> found.skipped(report.reason());
      }
    }
  }
}
