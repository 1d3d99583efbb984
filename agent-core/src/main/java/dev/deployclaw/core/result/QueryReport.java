package dev.deployclaw.core.result;

import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.overlay.SourceDrift;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.finding.Severity;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.LimitFormatter;
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
public record QueryReport(TaskOperation operation, List<String> limits, ScanReport seen) {
  /** The most limits, and the most of each kind of finding, that are listed. */
  private static final int MOST_LISTED = 200;

  public QueryReport {
    limits = List.copyOf(limits);
  }

  /**
   * @param operation as which it is carried out
   */
  public static QueryReport of(TaskOperation operation, Intent intent, ScanReport all) {
    return of(operation, QueryScope.of(intent, all.known().committed()), all);
  }

  /** The same of what is named in another way. */
  public static QueryReport of(TaskOperation operation, QueryScope scope, ScanReport all) {
    var seen = scope.whole() ? all : narrowed(all, scope, operation);
    boolean lists = operation != TaskOperation.CHECK_DRIFT && !scope.whole();
    return new QueryReport(operation, lists ? limits(all, scope) : List.of(), seen);
  }

  private static List<String> limits(ScanReport all, QueryScope scope) {
    var lines = new ArrayList<String>();
    if (scope.tenants().isEmpty()) {
      lines.add("no tenant matches the question");
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

  private static List<String> limits(TenantPolicy policy, QueryScope scope) {
    var lines =
        policy.limits().stream()
            .filter(scope::has)
            .map(l -> policy.tenant() + "/" + l.name() + ": " + LimitFormatter.numbers(l))
            .toList();
    return lines.isEmpty() ? List.of(policy.tenant() + ": no limit there") : lines;
  }

  private static ScanReport narrowed(ScanReport all, QueryScope scope, TaskOperation operation) {
    var tenants = all.known().documents().keySet();
    var drift = all.drift().stream().filter(d -> scope.has(d.text(), tenants)).toList();
    var problems = all.problems().stream().filter(p -> about(p, all, scope)).toList();
    var findings = all.findings().stream().filter(f -> scope.has(f.tenant())).toList();
    String reason = reason(drift, problems, findings, all);
    boolean looks = operation == TaskOperation.SCAN;
    return new ScanReport(
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

  private static ExitCode exit(ScanReport all) {
    return all.exit() == ExitCode.UNREACHABLE ? ExitCode.UNREACHABLE : ExitCode.OK;
  }

  /** A document of another tenant is no concern; one of an unknown tenant may be. */
  private static boolean about(DocumentProblem problem, ScanReport all, QueryScope scope) {
    var owners =
        all.known().documents().entrySet().stream()
            .filter(e -> e.getValue().equals(problem.source()))
            .map(Map.Entry::getKey)
            .toList();
    return owners.isEmpty() || owners.stream().anyMatch(t -> scope.has(Optional.of(t)));
  }

  private static SourceDrift narrowed(SourceDrift truth, QueryScope scope) {
    return new SourceDrift(
        truth.overlays().stream().filter(o -> any(o.tenants().keySet(), scope)).toList(),
        truth.unapplied().stream()
            .filter(u -> scope.has(Optional.of(u.substring(0, u.indexOf(':')))))
            .toList(),
        truth.expired().stream().filter(o -> any(o.tenants().keySet(), scope)).toList());
  }

  private static boolean any(Set<String> tenants, QueryScope scope) {
    return tenants.stream().anyMatch(t -> scope.has(Optional.of(t)));
  }

  private static String reason(
      List<Discrepancy> drift,
      List<DocumentProblem> problems,
      List<PolicyFinding> findings,
      ScanReport all) {
    if (!problems.isEmpty()) {
      return problems.getFirst().text();
    }
    var error = findings.stream().filter(f -> f.severity() == Severity.ERROR).findFirst();
    if (error.isPresent()) {
      return error.get().reason();
    }
    return drift.isEmpty()
        ? all.probe().map(ScanReport::unenforced).orElse("")
        : Discrepancy.sentence(drift);
  }

  /** For a record, which has a bound. */
  public Map<String, Object> facts() {
    var facts = new TreeMap<String, Object>();
    facts.put("truth", seen.truth().atMost(MOST_LISTED).toMap());
    facts.put("drift", some(seen.drift().stream().map(Discrepancy::toMap)));
    facts.put("findings", some(seen.findings().stream().map(PolicyFinding::toMap)));
    facts.put("problems", some(seen.problems().stream().map(DocumentProblem::text)));
    if (!limits.isEmpty()) {
      facts.put("limits", limits);
    }
    return facts;
  }

  private static List<Object> some(Stream<?> all) {
    return all.limit(MOST_LISTED).<Object>map(o -> o).toList();
  }
}
