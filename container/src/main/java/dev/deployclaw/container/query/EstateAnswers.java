package dev.deployclaw.container.query;

import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.query.CommittedPolicies;
import dev.deployclaw.core.query.EstateAnswer;
import dev.deployclaw.core.query.EstateAnswer.Statement;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.QueryReport;
import dev.deployclaw.core.result.QueryScope;
import dev.deployclaw.core.result.ScanReport;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.LimitFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Answers from what the commands read: limits as committed, and what the scanner finds; the rest is
 * of {@link UsageAnswers} and {@link ChangeAnswers}. One thread at a time.
 *
 * @param journal of this machine's logs
 */
public record EstateAnswers(ChangeService service, Journal journal) {
  public EstateAnswer answer(EstateQuestion question) throws InterruptedException {
    var usage = new UsageAnswers(service.queries());
    var changes = new ChangeAnswers(service, journal, usage);
    return switch (question.topic()) {
      case LIMITS -> limits(question);
      case USAGE -> usage.usage(question);
      case CHECK -> usage.check(question);
      case HISTORY -> changes.history(question);
      case EXPLAIN -> changes.explain(question);
      case STATUS -> changes.status(question);
      case IMPACT -> changes.impact(question);
      case DRIFT -> looked(question, TaskOperation.CHECK_DRIFT, service.queries().drift());
      case VALIDATE -> looked(question, TaskOperation.VALIDATE, service.queries().validate());
    };
  }

  static Statement statement(String text, Map<String, ?> evidence) {
    return new Statement(text, new TreeMap<>(evidence));
  }

  private EstateAnswer limits(EstateQuestion question) throws InterruptedException {
    var committed = service.queries().policies();
    if (committed.exit() == ExitCode.UNREACHABLE) {
      return EstateAnswer.unreachable(question, committed.reason());
    }
    var all = committed.set().tenants();
    var out = new ArrayList<Statement>();
    var named = question.tenants();
    for (String name : named.isEmpty() ? all.keySet() : new TreeSet<>(named)) {
      var policy = committed.set().tenant(name);
      if (policy.isEmpty()) {
        out.add(statement(name + ": no policy is committed", facts(committed, name)));
      } else {
        limits(policy.get(), question, committed).forEach(out::add);
      }
    }
    out.sort((a, b) -> Boolean.compare(blocked(b), blocked(a)));
    if (named.isEmpty()) {
      long limits = all.values().stream().mapToLong(t -> t.limits().size()).sum();
      long blocked = all.values().stream().filter(TenantPolicy::blocked).count();
      out.addFirst(
          statement(
              "%d tenants and groups with %d limits are committed in epoch %d; %d blocked"
                  .formatted(all.size(), limits, committed.epoch(), blocked),
              Map.of("epoch", committed.epoch(), "tenants", all.size(), "blocked", blocked)));
    }
    return EstateAnswer.of(question, out, List.of());
  }

  private static boolean blocked(Statement row) {
    return Boolean.TRUE.equals(row.evidence().get("blocked"));
  }

  /** Its own, and those of the groups above it. */
  private static List<Statement> limits(
      TenantPolicy policy, EstateQuestion question, CommittedPolicies committed) {
    var out = new ArrayList<Statement>();
    String name = policy.tenant();
    boolean asked = !question.tenants().isEmpty();
    if (asked || policy.blocked()) {
      var facts = facts(committed, name);
      facts.put("blocked", policy.blocked());
      String is = policy.blocked() ? " is blocked: all its requests are refused" : " isn't blocked";
      out.add(statement(name + is, facts));
    }
    for (var at = Optional.of(policy); at.isPresent(); at = above(at.get(), asked, committed)) {
      for (Limit limit : at.get().limits()) {
        if (isOn(limit, question)) {
          String owner = at.get().tenant();
          var facts = facts(committed, owner);
          facts.put("limit", limit.name());
          facts.put("requests", limit.requests());
          facts.put("window_seconds", limit.window().toSeconds());
          String through = owner.equals(name) ? "" : ", for " + name + " too";
          out.add(
              statement(
                  owner + "/" + limit.name() + ": " + LimitFormatter.numbers(limit) + through,
                  facts));
        }
      }
    }
    if (asked && out.size() == 1) {
      out.add(statement(name + ": no limit there", facts(committed, name)));
    }
    return out;
  }

  private static Optional<TenantPolicy> above(
      TenantPolicy policy, boolean asked, CommittedPolicies committed) {
    return asked ? policy.parent().flatMap(committed.set()::tenant) : Optional.empty();
  }

  static boolean isOn(Limit limit, EstateQuestion question) {
    var on = limit.match().service();
    return question.scope().service().isEmpty()
        || on.isEmpty()
        || on.equals(question.scope().service());
  }

  static Map<String, Object> facts(CommittedPolicies committed, String tenant) {
    var out = new LinkedHashMap<String, Object>();
    out.put("epoch", committed.epoch());
    out.put("tenant", tenant);
    return out;
  }

  private static EstateAnswer looked(EstateQuestion question, TaskOperation as, ScanReport all) {
    if (all.exit() == ExitCode.UNREACHABLE) {
      return EstateAnswer.unreachable(question, all.reason());
    }
    var services = new TreeSet<String>();
    question.scope().service().ifPresent(services::add);
    var named = new TreeSet<>(question.tenants());
    var seen = QueryReport.of(as, new QueryScope(named.isEmpty(), named, services), all).seen();
    var out = new ArrayList<Statement>();
    seen.problems().forEach(p -> out.add(statement(p.text(), Map.of("source", p.source()))));
    seen.findings().forEach(f -> out.add(statement(sentence(f), f.toMap())));
    seen.drift().forEach(d -> out.add(statement(d.text(), d.toMap())));
    seen.probe()
        .map(ScanReport::unenforced)
        .filter(why -> !why.isEmpty())
        .ifPresent(why -> out.add(statement(why, Map.of("epoch", seen.epoch()))));
    if (out.isEmpty()) {
      String well = as == TaskOperation.CHECK_DRIFT ? "no drift" : "nothing is wrong";
      out.add(
          statement(
              well + ", epoch " + seen.epoch(),
              Map.of("epoch", seen.epoch(), "looks", all.looks().keySet())));
    }
    var unknown =
        seen.drift().stream().filter(d -> !d.kind().seen()).map(Discrepancy::member).distinct();
    return EstateAnswer.of(
        question, out, unknown.map(m -> "what " + m + " enforces isn't known").toList());
  }

  private static String sentence(PolicyFinding f) {
    String about = f.tenant().orElse("estate") + f.limit().map(l -> "/" + l).orElse("");
    String severity = f.severity().name().toLowerCase(Locale.ROOT);
    return "%s %s: %s; %s".formatted(severity, about, f.reason(), f.remedy());
  }
}
