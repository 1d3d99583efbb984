package dev.deployclaw.audit.export;

import java.util.Map;
import java.util.TreeMap;

/** What the report counts. For one thread. */
final class ReportTotals {
  private static final int MOST_PEOPLE = 500;
  private static final String OTHERS = "(all others)";

  private final Map<String, Long> outcomes = new TreeMap<>();
  private final Map<String, PersonCount> people = new TreeMap<>();
  private long differences;
  private long ownApprovals;

  record PersonCount(long requests, long granted, long rejected) {
    private PersonCount plus(PersonCount other) {
      return new PersonCount(
          requests + other.requests, granted + other.granted, rejected + other.rejected);
    }
  }

  void add(ExecutionSummary execution) {
    outcomes.merge(execution.outcome(), 1L, Long::sum);
    count(execution.request().requester(), new PersonCount(1, 0, 0));
    for (var approval : execution.approvals()) {
      long granted = approval.granted() ? 1 : 0;
      count(approval.person(), new PersonCount(0, granted, 1 - granted));
      if (approval.granted() && approval.person().equals(execution.request().requester())) {
        ownApprovals++;
      }
    }
    if (execution.effect() == EnforcementEffect.ACTIVATED) {
      differences += execution.differences().listed().size() + execution.differences().unlisted();
    }
  }

  /** Beyond a bound, persons are counted together. */
  private void count(String person, PersonCount count) {
    String name = person.isEmpty() ? "(not in the log)" : ExportedText.line(person);
    boolean known = people.containsKey(name) || people.size() < MOST_PEOPLE;
    people.merge(known ? name : OTHERS, count, PersonCount::plus);
  }

  /** Executions by their result. */
  Map<String, Long> outcomes() {
    return outcomes;
  }

  Map<String, PersonCount> people() {
    return people;
  }

  /** Differences that were activated and not put back by the same execution. */
  long differences() {
    return differences;
  }

  /** Approvals by the person who asked. */
  long ownApprovals() {
    return ownApprovals;
  }
}
