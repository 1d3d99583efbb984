package dev.deployclaw.core.runtime;

import dev.deployclaw.core.plan.Discrepancy;
import dev.deployclaw.core.plan.LookScope;
import dev.deployclaw.core.plan.Truth;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.check.Finding;
import dev.deployclaw.policy.check.Severity;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.LimitText;
import dev.deployclaw.policy.parse.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a look found that somebody asked for in words, narrowed to what was asked.
 *
 * @param operation the kind of look
 * @param limits of the tenants that were named, a line each
 * @param seen the rest; its exit and reason speak of what was asked alone
 */
public record LookReport(Operation operation, List<String> limits, ScanAnswer seen) {
  /** The most limits, and the most of each kind of finding, that are listed. */
  private static final int MOST_LISTED = 200;

  public LookReport {
    limits = List.copyOf(limits);
  }

  /**
   * @param operation as which it is carried out
   */
  static LookReport of(Operation operation, Intent intent, ScanAnswer all) {
    var scope = LookScope.of(intent, all.known().committed());
    var seen = scope.whole() ? all : narrowed(all, scope, operation);
    boolean lists = operation != Operation.CHECK_DRIFT && !scope.whole();
    return new LookReport(operation, lists ? limits(all, scope) : List.of(), seen);
  }

  private static List<String> limits(ScanAnswer all, LookScope scope) {
    var lines = new ArrayList<String>();
    if (scope.tenants().isEmpty()) {
      lines.add("no tenant fits what was asked");
    }
    for (String name : scope.tenants()) {
      var policy = all.known().committed().tenant(name);
      if (policy.isEmpty()) {
        lines.add(name + ": no policy is committed");
      } else {
        lines.addAll(limits(policy.get(), scope));
      }
    }
    int more = lines.size() - MOST_LISTED;
    return more > 0
        ? Stream.concat(lines.stream().limit(MOST_LISTED), Stream.of("and " + more + " more"))
            .toList()
        : lines;
  }

  private static List<String> limits(TenantPolicy policy, LookScope scope) {
    var lines =
        policy.limits().stream()
            .filter(scope::has)
            .map(l -> policy.tenant() + "/" + l.name() + ": " + LimitText.numbers(l))
            .toList();
    return lines.isEmpty() ? List.of(policy.tenant() + ": no limit there") : lines;
  }

  private static ScanAnswer narrowed(ScanAnswer all, LookScope scope, Operation operation) {
    var tenants = all.known().documents().keySet();
    var drift = all.drift().stream().filter(d -> scope.has(d.text(), tenants)).toList();
    var problems = all.problems().stream().filter(p -> about(p, all, scope)).toList();
    var findings = all.findings().stream().filter(f -> scope.has(f.tenant())).toList();
    String reason = reason(drift, problems, findings, all);
    boolean looks = operation == Operation.SCAN;
    return new ScanAnswer(
        all.exit() == ExitCode.UNREACHABLE || reason.isEmpty() ? exit(all) : ExitCode.INVALID,
        all.exit() == ExitCode.UNREACHABLE ? all.reason() : reason,
        all.epoch(),
        looks ? Map.of() : all.looks(),
        drift,
        problems,
        findings,
        all.probe(),
        narrowed(all.truth(), scope),
        all.known());
  }

  private static ExitCode exit(ScanAnswer all) {
    return all.exit() == ExitCode.UNREACHABLE ? ExitCode.UNREACHABLE : ExitCode.OK;
  }

  /** A document of another tenant is no concern; one of an unknown tenant may be. */
  private static boolean about(Problem problem, ScanAnswer all, LookScope scope) {
    var owners =
        all.known().documents().entrySet().stream()
            .filter(e -> e.getValue().equals(problem.source()))
            .map(Map.Entry::getKey)
            .toList();
    return owners.isEmpty() || owners.stream().anyMatch(t -> scope.has(Optional.of(t)));
  }

  private static Truth narrowed(Truth truth, LookScope scope) {
    return new Truth(
        truth.overlays().stream().filter(o -> any(o.tenants().keySet(), scope)).toList(),
        truth.unapplied().stream()
            .filter(u -> scope.has(Optional.of(u.substring(0, u.indexOf(':')))))
            .toList(),
        truth.expired().stream().filter(o -> any(o.tenants().keySet(), scope)).toList());
  }

  private static boolean any(Set<String> tenants, LookScope scope) {
    return tenants.stream().anyMatch(t -> scope.has(Optional.of(t)));
  }

  private static String reason(
      List<Discrepancy> drift, List<Problem> problems, List<Finding> findings, ScanAnswer all) {
    if (!problems.isEmpty()) {
      return problems.getFirst().text();
    }
    var error = findings.stream().filter(f -> f.severity() == Severity.ERROR).findFirst();
    if (error.isPresent()) {
      return error.get().reason();
    }
    return drift.isEmpty()
        ? all.probe().map(Inspector::unenforced).orElse("")
        : Discrepancy.sentence(drift);
  }

  /** For a record, which has a bound. */
  Map<String, Object> facts() {
    var facts = new TreeMap<String, Object>();
    facts.put("truth", seen.truth().atMost(MOST_LISTED).toMap());
    facts.put("drift", some(seen.drift().stream().map(Discrepancy::toMap)));
    facts.put("findings", some(seen.findings().stream().map(Finding::toMap)));
    facts.put("problems", some(seen.problems().stream().map(Problem::text)));
    if (!limits.isEmpty()) {
      facts.put("limits", limits);
    }
    return facts;
  }

  private static List<Object> some(Stream<?> all) {
    return all.limit(MOST_LISTED).<Object>map(o -> o).toList();
  }
}
