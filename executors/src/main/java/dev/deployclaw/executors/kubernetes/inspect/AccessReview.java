package dev.deployclaw.executors.kubernetes.inspect;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.MissingRbacRule;
import dev.deployclaw.executors.kubernetes.client.RbacRequest;
import dev.deployclaw.executors.member.BoundedFanout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Asks an API server, for each right that a configuration needs, whether we have it: its own
 * authorizer answers, as it would the request itself ({@code SelfSubjectAccessReview}). Nothing is
 * changed by it. One report for each namespace.
 */
record AccessReview(KubernetesApi api, BoundedFanout fanout) {
  /** The member of rights that are in no namespace. */
  private static final String CLUSTER = "kubernetes";

  private static final int NOT_FOUND = 404;

  /** A right to be asked for. */
  private record Question(RbacRequest ask) implements BoundedFanout.Member {
    @Override
    public String member() {
      return ask.namespace().isEmpty() ? CLUSTER : CLUSTER + "/" + ask.namespace();
    }
  }

  List<MemberReport> of(RequiredRights rights) throws InterruptedException {
    var questions = rights.asks().stream().map(Question::new).toList();
    var answers = fanout.ask(questions, this::answer);
    var places = new TreeMap<String, List<Integer>>();
    for (int i = 0; i < questions.size(); i++) {
      places.computeIfAbsent(questions.get(i).member(), _ -> new ArrayList<>()).add(i);
    }
    var reports = new ArrayList<MemberReport>();
    places.forEach((member, at) -> {
      var denied = new ArrayList<RbacRequest>();
      at.stream()
          .filter(i -> answers.get(i).answer() == MemberReport.Answer.NO)
          .forEach(i -> denied.add(questions.get(i).ask()));
      reports.add(report(member, at.stream().map(answers::get).toList(), denied));
    });
    return reports;
  }

  /** YES where it is allowed, NO where not, SKIPPED where we may not even ask. */
  private MemberReport answer(Question question) throws InterruptedException {
    String member = question.member();
    try {
      return api.allows(question.ask())
          ? MemberReport.yes(member, "", Map.of())
          : MemberReport.no(member, question.ask().words());
    } catch (KubernetesException e) {
      boolean unasked = e.fault() instanceof CallFault.Denied || e.status() == NOT_FOUND;
      return unasked
          ? MemberReport.skipped(member, e.fault().reason())
          : MemberReport.unknown(member, e.fault().reason());
    }
  }

  /** What is denied is told even where another answer is missing. */
  private static MemberReport report(
      String member, List<MemberReport> answers, List<RbacRequest> denied) {
    if (!denied.isEmpty()) {
      var rules = MissingRbacRule.of(denied);
      var facts =
          Map.<String, Object>of("missing", rules.stream().map(MissingRbacRule::facts).toList());
      String reason = String.join("; ", rules.stream().map(MissingRbacRule::words).toList());
      return MemberReport.no(member, reason, facts);
    }
    return answers.stream()
        .filter(a -> a.answer() != MemberReport.Answer.YES)
        .findFirst()
        .orElseGet(() -> MemberReport.yes(member, "", Map.of("rights", answers.size())));
  }
}
