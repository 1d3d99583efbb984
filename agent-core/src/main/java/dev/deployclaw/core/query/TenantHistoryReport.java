package dev.deployclaw.core.query;

import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.diff.FieldDifference;
import java.util.List;
import java.util.Optional;

/**
 * How a tenant's policies came to what they are.
 *
 * @param reason why nothing can be told; empty otherwise
 * @param changes the latest first
 * @param more whether there may be older ones that weren't looked at
 */
public record TenantHistoryReport(
    ExitCode exit, String reason, List<Changed> changes, boolean more) {
  public TenantHistoryReport {
    changes = List.copyOf(changes);
  }

  public static TenantHistoryReport unreachable(String reason) {
    return new TenantHistoryReport(ExitCode.UNREACHABLE, reason, List.of(), false);
  }

  /**
   * One committed epoch that changed the tenant, or of which that can't be told any more.
   *
   * @param committed when, as its record says; empty where there is none
   * @param request in the requester's words; empty where this machine has no log of it
   * @param differences of the tenant and of the groups that it belongs to; empty where unknown
   * @param unknown what is no longer to be had; empty where the differences are known
   */
  public record Changed(
      long epoch,
      String execution,
      Optional<String> committed,
      String requester,
      Optional<String> request,
      ExecutionStatus result,
      List<FieldDifference> differences,
      String unknown) {
    public Changed {
      differences = List.copyOf(differences);
    }
  }
}
