package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.Fanout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Asks an API server, for each right that a configuration needs, whether we have it: its own
 * authorizer answers, as it would the request itself ({@code SelfSubjectAccessReview}). Nothing is
 * changed by it. One report for each namespace.
 */
record AccessReview(Api api, Fanout fanout) {
  /** The member of rights that are in no namespace. */
  private static final String CLUSTER = "kubernetes";

  private static final int NOT_FOUND = 404;

  /** A right to be asked for. */
  private record Question(Ask ask) implements Fanout.Member {
    @Override
    public String member() {
      return ask.namespace().isEmpty() ? CLUSTER : CLUSTER + "/" + ask.namespace();
    }
  }

  List<Report> of(NeededRights rights) throws InterruptedException {
    var questions = rights.asks().stream().map(Question::new).toList();
    var answers = fanout.ask(questions, this::answer);
    var places = new TreeMap<String, List<Integer>>();
    for (int i = 0; i < questions.size(); i++) {
      places.computeIfAbsent(questions.get(i).member(), _ -> new ArrayList<>()).add(i);
    }
    var reports = new ArrayList<Report>();
    places.forEach((member, at) -> {
      var denied = new ArrayList<Ask>();
      at.stream()
          .filter(i -> answers.get(i).answer() == Report.Answer.NO)
          .forEach(i -> denied.add(questions.get(i).ask()));
      reports.add(report(member, at.stream().map(answers::get).toList(), denied));
    });
    return reports;
  }

  /** YES where it is allowed, NO where not, SKIPPED where we may not even ask. */
  private Report answer(Question question) throws InterruptedException {
    String member = question.member();
    try {
      return api.allows(question.ask())
          ? Report.yes(member, "", Map.of())
          : Report.no(member, question.ask().words());
    } catch (KubernetesFault e) {
      boolean unasked = e.fault() instanceof Fault.Denied || e.status() == NOT_FOUND;
      return unasked
          ? Report.skipped(member, e.fault().reason())
          : Report.unknown(member, e.fault().reason());
    }
  }

  /** What is denied is told even where another answer is missing. */
  private static Report report(String member, List<Report> answers, List<Ask> denied) {
    if (!denied.isEmpty()) {
      var rules = MissingRule.of(denied);
      var facts =
          Map.<String, Object>of("missing", rules.stream().map(MissingRule::facts).toList());
      String reason = String.join("; ", rules.stream().map(MissingRule::words).toList());
      return new Report(member, Report.Answer.NO, "", reason, facts);
    }
    return answers.stream()
        .filter(a -> a.answer() != Report.Answer.YES)
        .findFirst()
        .orElseGet(() -> Report.yes(member, "", Map.of("rights", answers.size())));
  }
}
