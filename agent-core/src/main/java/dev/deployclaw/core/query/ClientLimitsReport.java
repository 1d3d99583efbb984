package dev.deployclaw.core.query;

import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.decision.AdmissionDecision.Verdict;
import dev.deployclaw.policy.match.LimitExplanation;
import java.util.List;
import java.util.Optional;

/**
 * What a client meets: the limits of one request, and what is left of them.
 *
 * @param reason why nothing can be told; empty otherwise
 * @param epoch by which the tenant is decided now
 * @param policy whose policy applies: the tenant's, or the default one for an unknown tenant; empty
 *     where there is neither
 * @param passes whether one such request would be admitted now
 * @param why in words, where it would not be or can't be told
 * @param limits all limits of the tenant and its groups
 * @param gaps what couldn't be read, and what of the request wasn't given
 */
public record ClientLimitsReport(
    ExitCode exit,
    String reason,
    long epoch,
    String policy,
    Passes passes,
    String why,
    List<Row> limits,
    List<String> gaps) {
  public ClientLimitsReport {
    limits = List.copyOf(limits);
    gaps = List.copyOf(gaps);
  }

  /** Whether a request would be admitted. */
  public enum Passes {
    YES,
    NO,
    UNKNOWN
  }

  /**
   * One limit.
   *
   * @param capacity what its counter can hold
   * @param state its counter as it stands, without this request; empty where the limit doesn't
   *     apply or its counter isn't known
   */
  public record Row(LimitExplanation explained, long capacity, Optional<Verdict> state) {}

  public static ClientLimitsReport unreachable(String reason) {
    return new ClientLimitsReport(
        ExitCode.UNREACHABLE, reason, 0, "", Passes.UNKNOWN, reason, List.of(), List.of());
  }
}
