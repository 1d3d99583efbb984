package dev.deployclaw.core.result;

import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.overlay.SourceDrift;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a scan or a validation saw.
 *
 * @param epoch the committed one; 0 before the first change
 * @param looks outcomes by operation
 * @param problems of the policy documents
 * @param findings of the checks
 * @param probe the outcome of the synthetic requests; empty where none were sent
 * @param truth how the sources stand to what is committed
 * @param known whose policies there are
 */
public record ScanReport(
    ExitCode exit,
    String reason,
    long epoch,
    Map<String, CallOutcome> looks,
    List<Discrepancy> drift,
    List<DocumentProblem> problems,
    List<PolicyFinding> findings,
    Optional<CallOutcome> probe,
    SourceDrift truth,
    Known known) {
  /**
   * Tenants that are known.
   *
   * @param committed their policies
   * @param documents by tenant, the source that defines it, or seems to
   */
  public record Known(PolicySet committed, SortedMap<String, String> documents) {
    public static final Known NOTHING = new Known(PolicySet.EMPTY, new TreeMap<>());

    public Known {
      documents = Collections.unmodifiableSortedMap(new TreeMap<>(documents));
    }

    public static Known of(PolicySet committed, CollectedPolicies sources) {
      var documents = new TreeMap<String, String>();
      sources.leftOut().forEach((tenant, problem) -> documents.put(tenant, problem.source()));
      sources.origins().forEach((tenant, origin) -> documents.put(tenant, origin.source()));
      return new Known(committed, documents);
    }
  }

  public ScanReport {
    looks = Collections.unmodifiableMap(new TreeMap<>(looks));
    drift = List.copyOf(drift);
    problems = List.copyOf(problems);
    findings = List.copyOf(findings);
  }

  public static ScanReport unreachable(String reason) {
    return new ScanReport(
        ExitCode.UNREACHABLE,
        reason,
        0,
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        SourceDrift.NOTHING,
        Known.NOTHING);
  }

  /** What synthetic requests found wrong; empty where nothing is. */
  public static String unenforced(CallOutcome outcome) {
    return switch (outcome) {
      case CallOutcome.Failed(var fault) -> fault.reason();
      case CallOutcome.Done done ->
          done.reports().stream()
              .filter(r -> r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN)
              .findFirst()
              .map((MemberReport r) -> r.member() + ": " + r.reason())
              .orElse("");
    };
  }
}
