package dev.deployclaw.core.planner;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Grounding;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Judges an intent that somebody proposed: its shape, its ranges, and whether each value stands in
 * the request. What isn't there was invented. One thread; one object judges one intent.
 */
final class ProposalCheck {
  private static final int MOST_CHANGES = 100;

  private final Evidence evidence;
  private final Intent intent;
  private final Doubts doubts = new Doubts();
  private final Amounts amounts = new Amounts(doubts);
  private final List<Grounding> grounds = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private ProposalCheck(Evidence evidence, Intent intent) {
    this.evidence = evidence;
    this.intent = intent;
  }

  /**
   * What came of it.
   *
   * @param intent with the spans that were found here, whatever the proposer claimed
   * @param problems none: it may be spoken of
   */
  record Judged(Intent intent, List<String> problems) {
    Judged {
      problems = List.copyOf(problems);
    }
  }

  static Judged of(Evidence evidence, Intent proposed) {
    return new ProposalCheck(evidence, proposed).judge();
  }

  private Judged judge() {
    shape();
    intent.changes().stream().limit(MOST_CHANGES).forEach(this::change);
    target();
    guards(intent.guards());
    schedule(intent.schedule());
    doubts.refusal().ifPresent(problems::add);
    problems.addAll(doubts.questions());
    var grounded =
        new Intent(
            intent.operation(),
            intent.target(),
            intent.changes(),
            intent.guards(),
            intent.schedule(),
            grounds.stream().distinct().toList());
    return new Judged(grounded, problems);
  }

  private void shape() {
    boolean alone = intent.operation() == TaskOperation.ROLLBACK;
    wrong(alone != intent.target().isPresent(), "target goes with rollback and with nothing else");
    wrong(alone && !intent.changes().isEmpty(), "a rollback has no changes");
    wrong(intent.changes().size() > MOST_CHANGES, "there are more than 100 changes");
    boolean needs =
        switch (intent.operation()) {
          case SET_LIMIT, SCALE_LIMIT, SET_MODE, BLOCK, UNBLOCK, REMOVE_LIMIT -> true;
          case COPY_POLICY, RESOLVE_CONFLICTS -> true;
          case APPLY_POLICIES, REPAIR_DRIFT, ROLLBACK, CHECK_DRIFT, SCAN, VALIDATE, SNAPSHOT ->
              false;
        };
    wrong(needs && intent.changes().isEmpty(), "changes are missing");
  }

  private void change(RequestedChange c) {
    var op = intent.operation();
    boolean sets =
        op == TaskOperation.SET_LIMIT
            || op == TaskOperation.SET_MODE
            || op == TaskOperation.RESOLVE_CONFLICTS;
    wrong(sets == c.set().equals(Settings.NONE), "set goes with set-limit, set-mode and conflicts");
    wrong(
        (op == TaskOperation.SCALE_LIMIT) != c.scale().isPresent(), "scale goes with scale-limit");
    wrong((op == TaskOperation.COPY_POLICY) != c.from().isPresent(), "from goes with copy-policy");
    who(c.who());
    c.service().ifPresent(s -> ground("service " + s, evidence.service(s)));
    c.route().ifPresent(r -> ground("route " + r, evidence.route(r)));
    c.method().ifPresent(m -> ground("method " + m, evidence.method(m)));
    c.limit().ifPresent(l -> ground("limit " + l, evidence.verbatim(l)));
    c.from().ifPresent(f -> ground("tenant " + f, evidence.tenant(f)));
    c.scale().ifPresent(this::scale);
    settings(c.set());
  }

  private void who(Who who) {
    boolean narrows =
        switch (intent.operation()) {
          case APPLY_POLICIES, REPAIR_DRIFT, CHECK_DRIFT, SCAN, VALIDATE, SNAPSHOT -> true;
          case SET_LIMIT, SCALE_LIMIT, SET_MODE, BLOCK, UNBLOCK, REMOVE_LIMIT -> false;
          case COPY_POLICY, RESOLVE_CONFLICTS, ROLLBACK -> false;
        };
    wrong(!narrows && who.equals(Who.NOBODY), "it isn't said for which tenants");
    Stream.concat(who.tenants().stream(), who.except().stream())
        .forEach(t -> ground("tenant " + t, evidence.tenant(t)));
    who.labels()
        .forEach((key, value) -> ground("label " + key + "=" + value, evidence.label(key, value)));
    boolean implied =
        intent.operation() == TaskOperation.RESOLVE_CONFLICTS && evidence.namesNobody();
    if (who.all() && !implied) {
      ground("all tenants", evidence.everybody());
    }
  }

  private void scale(BigDecimal factor) {
    wrong(factor.signum() <= 0, "a factor is more than 0");
    ground("factor " + Amounts.plain(factor), evidence.scale(factor));
  }

  private void settings(Settings set) {
    set.requests()
        .ifPresent(n -> {
          var _ = amounts.requests(BigDecimal.valueOf(n), "a limit");
          ground(n + " requests", evidence.number(n));
        });
    set.burst()
        .ifPresent(n -> {
          var _ = amounts.burst(BigDecimal.valueOf(n));
          ground("burst " + n, evidence.number(n));
        });
    set.windowSeconds()
        .ifPresent(s -> {
          var _ = amounts.window(BigDecimal.valueOf(s).movePointRight(3));
          ground("window " + s + " s", evidence.seconds(s));
        });
    set.algorithm()
        .ifPresent(a ->
            ground(
                "algorithm " + a.word(),
                a == LimitAlgorithm.CONCURRENCY
                    ? evidence.concurrency()
                    : evidence.said(a.word(), new Meaning.Counting(a))));
    set.mode()
        .ifPresent(
            m -> ground("mode " + m.word(), evidence.said(m.word(), new Meaning.Enforcing(m))));
    set.onBackendFailure()
        .ifPresent(
            f -> ground("fallback " + f.word(), evidence.said(f.word(), new Meaning.Fallback(f))));
  }

  private void target() {
    intent
        .target()
        .ifPresent(
            t -> ground("target " + t, t.equals("last") ? evidence.last() : evidence.execution(t)));
  }

  private void guards(Intent.Guards guards) {
    guards
        .approval()
        .ifPresent(a ->
            ground(
                "approval",
                a == Intent.Guards.Approval.MANUAL ? evidence.approval() : evidence.automatic()));
    if (guards.dryRun()) {
      ground("dry run", evidence.dryRun());
    }
    guards
        .percents()
        .forEach(p -> {
          var _ = amounts.percent(BigDecimal.valueOf(p), "a canary");
          ground("canary " + p + " %", evidence.percent(p));
        });
    guards
        .bakeSeconds()
        .ifPresent(s -> {
          var _ = amounts.seconds(BigDecimal.valueOf(s).movePointRight(3), "a bake time");
          ground("bake " + s + " s", evidence.seconds(s));
        });
    guards
        .maxP99Millis()
        .ifPresent(m -> {
          var _ = amounts.millis(BigDecimal.valueOf(m), "a bound on p99");
          ground("p99 " + m + " ms", evidence.millis(m));
        });
  }

  private void schedule(Intent.Schedule schedule) {
    schedule.startAt().ifPresent(at -> ground("start " + at, evidence.instant(at)));
    schedule.revertAt().ifPresent(at -> ground("end " + at, evidence.instant(at)));
    schedule
        .revertAfterSeconds()
        .ifPresent(s -> {
          var _ = amounts.seconds(BigDecimal.valueOf(s).movePointRight(3), "a limited time");
          ground("end after " + s + " s", evidence.seconds(s));
        });
  }

  private void ground(String what, Optional<Grounding> where) {
    where.ifPresentOrElse(grounds::add, () -> problems.add(what + " isn't in the request"));
  }

  private void wrong(boolean is, String problem) {
    if (is) {
      problems.add(problem);
    }
  }
}
