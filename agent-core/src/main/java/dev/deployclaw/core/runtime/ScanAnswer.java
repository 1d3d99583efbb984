package dev.deployclaw.core.runtime;

import dev.deployclaw.core.plan.Discrepancy;
import dev.deployclaw.core.plan.Truth;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.Finding;
import dev.deployclaw.policy.parse.Collected;
import dev.deployclaw.policy.parse.Problem;
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
 * @param probe what the synthetic requests came to; empty where none were sent
 * @param truth how the sources stand to what is committed
 * @param known whose policies there are
 */
public record ScanAnswer(
    ExitCode exit,
    String reason,
    long epoch,
    Map<String, Outcome> looks,
    List<Discrepancy> drift,
    List<Problem> problems,
    List<Finding> findings,
    Optional<Outcome> probe,
    Truth truth,
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

    static Known of(PolicySet committed, Collected sources) {
      var documents = new TreeMap<String, String>();
      sources.leftOut().forEach((tenant, problem) -> documents.put(tenant, problem.source()));
      sources.origins().forEach((tenant, origin) -> documents.put(tenant, origin.source()));
      return new Known(committed, documents);
    }
  }

  /** Where nothing is said of tenants. */
  public ScanAnswer(
      ExitCode exit,
      String reason,
      long epoch,
      Map<String, Outcome> looks,
      List<Discrepancy> drift,
      List<Problem> problems,
      List<Finding> findings,
      Optional<Outcome> probe,
      Truth truth) {
    this(exit, reason, epoch, looks, drift, problems, findings, probe, truth, Known.NOTHING);
  }

  public ScanAnswer {
    looks = Collections.unmodifiableMap(new TreeMap<>(looks));
    drift = List.copyOf(drift);
    problems = List.copyOf(problems);
    findings = List.copyOf(findings);
  }

  static ScanAnswer unreachable(String reason) {
    return new ScanAnswer(
        ExitCode.UNREACHABLE,
        reason,
        0,
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        Truth.NOTHING);
  }
}
