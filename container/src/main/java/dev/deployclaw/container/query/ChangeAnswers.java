package dev.deployclaw.container.query;

import static dev.deployclaw.container.query.EstateAnswers.statement;

import dev.deployclaw.audit.view.ExecutionTimeline;
import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.EstateQuestion.Period;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.query.EstateAnswer;
import dev.deployclaw.core.query.EstateAnswer.Statement;
import dev.deployclaw.core.query.LimitUsageReport.Use;
import dev.deployclaw.core.query.TenantHistoryReport;
import dev.deployclaw.core.query.TenantHistoryReport.Changed;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.schedule.ScheduledChange;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.diff.DiffFormatter;
import dev.deployclaw.policy.diff.FieldDifference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers from changes: those that were, those that are under way, and one that might be. */
record ChangeAnswers(ChangeService service, Journal journal, UsageAnswers usage) {
  private static final int MOST_EPOCHS = 256;
  private static final int MOST_DIFFERENCES = 5;

  EstateAnswer history(EstateQuestion question) throws InterruptedException {
    var out = new ArrayList<Statement>();
    var unknown = new ArrayList<String>();
    for (var tenant : subjects(question)) {
      var report = history(tenant, question);
      if (report.exit() == ExitCode.UNREACHABLE) {
        return EstateAnswer.unreachable(question, report.reason());
      }
      var period = question.scope().period();
      var within = report.changes().stream().filter(c -> within(c, period)).toList();
      within.forEach(c -> out.add(sentence(c)));
      if (within.isEmpty()) {
        String whose = tenant.map(t -> " of " + t).orElse("");
        out.add(
            statement(
                "no committed change" + whose + (period.equals(Period.EVER) ? "" : " in that time"),
                question.arguments()));
      }
      if (report.more() && within.size() < question.rows()) {
        unknown.add("older changes weren't looked at");
      }
    }
    return EstateAnswer.of(question, out, unknown);
  }

  private static List<Optional<String>> subjects(EstateQuestion question) {
    return question.tenants().isEmpty()
        ? List.of(Optional.empty())
        : question.tenants().stream().map(Optional::of).toList();
  }

  private TenantHistoryReport history(Optional<String> tenant, EstateQuestion question)
      throws InterruptedException {
    var period = question.scope().period();
    int most = period.equals(Period.EVER) ? question.rows() : MOST_EPOCHS;
    return service.queries().history(tenant, period.since().orElse(Instant.MIN), most);
  }

  /** What has no time may have been then. */
  private static boolean within(Changed change, Period period) {
    return change.committed().map(Instant::parse).filter(at -> !period.has(at)).isEmpty();
  }

  private static Statement sentence(Changed c) {
    var lines = DiffFormatter.of(c.differences());
    int more = lines.size() - MOST_DIFFERENCES;
    String what =
        c.unknown().isEmpty()
            ? String.join("; ", lines.stream().limit(MOST_DIFFERENCES).toList())
                + (more > 0 ? " and " + more + " more" : "")
            : c.unknown();
    String request = c.request().map(r -> ", asked \"" + r + "\"").orElse("");
    var facts =
        Map.<String, Object>of(
            "epoch", c.epoch(),
            "execution_id", c.execution(),
            "committed", c.committed().orElse("unknown"),
            "requester", c.requester(),
            "result", c.result().name(),
            "diff", c.differences().stream().map(FieldDifference::toMap).toList());
    return statement(
        "%s committed epoch %d (%s, %s)%s: %s"
            .formatted(
                c.requester(),
                c.epoch(),
                c.committed().orElse("at an unknown time"),
                c.execution(),
                request,
                what),
        facts);
  }

  /** Of tenants: their counters, and the last change of each; else an execution's timeline. */
  EstateAnswer explain(EstateQuestion question) throws InterruptedException {
    if (question.scope().execution().isPresent()) {
      return timeline(question, question.scope().execution().get());
    }
    if (!question.scope().period().equals(Period.EVER)) {
      return history(question);
    }
    if (question.tenants().isEmpty()) {
      var known = journal.known();
      return known.isEmpty()
          ? EstateAnswer.of(question, List.of(), List.of("this machine has no execution's log"))
          : timeline(question, known.getLast());
    }
    var committed = service.queries().policies();
    var measured = usage.measured();
    if (committed.exit() == ExitCode.UNREACHABLE || measured.exit() == ExitCode.UNREACHABLE) {
      return EstateAnswer.unreachable(question, committed.reason() + measured.reason());
    }
    var out = new ArrayList<>(UsageAnswers.uses(question, committed, measured));
    for (String tenant : question.tenants()) {
      if (committed.set().tenant(tenant).filter(t -> t.blocked()).isPresent()) {
        var facts = EstateAnswers.facts(committed, tenant);
        out.addFirst(statement(tenant + " is blocked: all its requests are refused", facts));
      }
      service.queries().history(tenant, 1).changes().forEach(c -> out.add(sentence(c)));
    }
    return EstateAnswer.of(question, out, UsageAnswers.gaps(measured));
  }

  private EstateAnswer timeline(EstateQuestion question, String execution) {
    List<byte[]> records;
    try {
      records = journal.read(execution);
    } catch (BucketUnavailableException e) {
      return EstateAnswer.unreachable(question, String.valueOf(e.getMessage()));
    }
    if (records.isEmpty()) {
      String none = "this machine has no log of " + execution;
      return EstateAnswer.of(question, List.of(), List.of(none));
    }
    var facts = Map.of("execution_id", execution, "records", records.size());
    var lines = ExecutionTimeline.of(records, ExecutionTimeline.Filter.DECISIONS).lines();
    return EstateAnswer.of(
        question,
        lines.filter(l -> !l.isBlank()).map(l -> statement(l, facts)).toList(),
        List.of());
  }

  EstateAnswer status(EstateQuestion question) throws InterruptedException {
    var status = service.queries().status();
    if (status.exit() == ExitCode.UNREACHABLE) {
      return EstateAnswer.unreachable(question, status.unreachable());
    }
    var out = new ArrayList<Statement>();
    status.frozen().ifPresent(f -> out.add(statement(f.sentence(), Map.of("by", f.by()))));
    status.open().ifPresent(x -> out.add(open(x.id(), x.requester(), status.pending())));
    status.waiting().forEach(w -> out.add(waiting(w, status.moved(w.id()))));
    status.scheduled().entries().forEach(s -> out.add(scheduled(s, status.moved(s.id()))));
    status.temporary().forEach(o -> out.add(statement("temporary: " + o.text(), o.toMap())));
    status
        .expired()
        .forEach(o -> out.add(statement("expired: " + o.expiry(), Map.of("remedy", o.remedy()))));
    if (out.isEmpty()) {
      out.add(statement("nothing is pending", Map.of("open", false, "held", 0, "scheduled", 0)));
    }
    out.add(committed(status));
    return EstateAnswer.of(question, out, status.scheduled().unread());
  }

  private static Statement open(String id, String requester, String pending) {
    String why = pending.isEmpty() ? "" : ": " + pending;
    return statement(
        id + " of " + requester + " is under way" + why,
        Map.of("execution_id", id, "requester", requester));
  }

  private static Statement waiting(PendingApproval w, Optional<String> moved) {
    return statement(
        moved
            .map(why -> "%s of %s can't go on: %s".formatted(w.id(), w.requester(), why))
            .orElse("%s of %s waits for an approval: %s".formatted(w.id(), w.requester(), w.why())),
        Map.of("execution_id", w.id(), "requester", w.requester(), "plan", w.planHash()));
  }

  private static Statement scheduled(ScheduledChange s, Optional<String> moved) {
    var at = Instant.ofEpochMilli(s.atMillis()).toString();
    return statement(
        "%s of %s %s at %s: \"%s\"%s"
            .formatted(
                s.id(),
                s.requester(),
                moved.isPresent() ? "won't begin" : "begins",
                at,
                s.request(),
                moved.map(why -> "; " + why).orElse("")),
        Map.of("execution_id", s.id(), "requester", s.requester(), "at", at));
  }

  private static Statement committed(AgentStatusReport status) {
    long epoch = status.active().map(a -> a.epoch()).orElse(0L);
    String leader = status.leader().map(l -> l.name() + " leads").orElse("no agent leads now");
    return statement(
        epoch == 0
            ? "nothing is committed; " + leader
            : "epoch " + epoch + " is committed; " + leader,
        Map.of("epoch", epoch));
  }

  /** The change is planned like any other, and not carried out. */
  EstateAnswer impact(EstateQuestion question) throws InterruptedException {
    var change = question.scope().change();
    if (change.isEmpty()) {
      return EstateAnswer.of(
          question, List.of(), List.of("what would change? Ask: what would happen if …"));
    }
    var request = new TaskRequest(change.get(), "", Instant.now());
    return switch (service.plan(request)) {
      case PlanPreviewReport.Planned planned -> impact(question, planned);
      case PlanPreviewReport.NeedsClarification unclear ->
          EstateAnswer.of(question, List.of(), unclear.texts());
      case PlanPreviewReport.Refused(ExitCode exit, String reason) ->
          exit == ExitCode.UNREACHABLE
              ? EstateAnswer.unreachable(question, reason)
              : EstateAnswer.of(question, List.of(), List.of("it would be refused: " + reason));
      case PlanPreviewReport.Understood _, PlanPreviewReport.Inquiry _ ->
          EstateAnswer.of(question, List.of(), List.of("that changes no limit"));
    };
  }

  private EstateAnswer impact(EstateQuestion question, PlanPreviewReport.Planned planned)
      throws InterruptedException {
    var plan = planned.plan();
    var out = new ArrayList<Statement>();
    var radius = plan.diff().blastRadius();
    String reach =
        plan.changesNothing()
            ? "nothing would change"
            : "it would change %d fields; tenants: %d; on epoch %d"
                .formatted(
                    plan.diff().differences().size(), radius.tenants().size(), plan.base().epoch());
    var facts = new LinkedHashMap<String, Object>(radius.toMap());
    facts.put("base_epoch", plan.base().epoch());
    facts.put("plan", plan.hash());
    out.add(statement(reach, facts));
    plan.diff().differences().forEach(d -> out.add(statement(d.text(), d.toMap())));
    var hash = Map.of("plan", plan.hash());
    planned.risks().forEach(r -> out.add(statement("it would be held: " + r, hash)));
    plan.ownFindings().forEach(f -> out.add(statement(f.text(), f.toMap())));
    plan.otherFindings().ifPresent(text -> out.add(statement("findings: " + text, hash)));
    plan.warnings().forEach(w -> out.add(statement("left as it is: " + w, hash)));
    var measured = usage.measured();
    measured.uses().forEach(u -> tooFull(u, plan).ifPresent(out::add));
    return EstateAnswer.of(question, out, UsageAnswers.gaps(measured));
  }

  /** A counter that holds more now than its limit would let it. */
  private static Optional<Statement> tooFull(Use use, ChangePlan plan) {
    return plan.target().tenant(use.tenant()).stream()
        .flatMap(t -> t.limits().stream())
        .filter(l -> l.name().equals(use.limit()))
        .map(l -> LimitRule.of(l).capacity())
        .filter(capacity -> capacity < use.capacity() && use.used() > capacity)
        .findFirst()
        .map(capacity ->
            statement(
                "%s/%s has used %d now, more than the new limit of %d: requests would be refused"
                    .formatted(use.tenant(), use.limit(), use.used(), capacity),
                Map.of("used", use.used(), "capacity", capacity)));
  }
}
