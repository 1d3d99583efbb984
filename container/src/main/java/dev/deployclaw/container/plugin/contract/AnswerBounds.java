package dev.deployclaw.container.plugin.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.deployclaw.executors.protocol.v1.MemberReport;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.policy.json.RecordJson;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What all answers of a plugin have to be, whatever was asked. For one thread. */
final class AnswerBounds {
  private static final int MOST_REPORTS = 10_000;
  private static final int MOST_REASON = 2_000;

  private final Set<String> members = new TreeSet<>();
  private Optional<String> excess = Optional.empty();

  void note(Outcome outcome) {
    var reports = outcome.getDone().getReportsList();
    if (reports.size() > MOST_REPORTS) {
      excess("an answer has %d reports, at most %d".formatted(reports.size(), MOST_REPORTS));
    }
    if (outcome.getFault().getReason().length() > MOST_REASON) {
      excess("a fault's reason is longer than " + MOST_REASON);
    }
    reports.forEach(this::note);
  }

  private void note(MemberReport report) {
    members.add(report.getMember());
    if (report.getReason().length() > MOST_REASON) {
      excess("the reason of %s is longer than %d".formatted(report.getMember(), MOST_REASON));
    }
    if (!isObject(report.getFacts())) {
      excess("the facts of %s are no JSON object".formatted(report.getMember()));
    }
    boolean open =
        report.getAnswer() == MemberReport.Answer.NO
            || report.getAnswer() == MemberReport.Answer.UNKNOWN;
    if (open && report.getReason().isEmpty()) {
      excess(report.getMember() + " says " + report.getAnswer() + " without a reason");
    }
  }

  /** What is out of bounds, first seen. */
  Optional<String> excess() {
    return excess;
  }

  /** Of all answers. */
  Set<String> members() {
    return members;
  }

  private void excess(String what) {
    excess = excess.or(() -> Optional.of(what));
  }

  private static boolean isObject(String json) {
    try {
      return json.isEmpty() || RecordJson.MAPPER.readTree(json).isObject();
    } catch (JsonProcessingException e) {
      return false;
    }
  }
}
