package dev.deployclaw.core.query;

import dev.deployclaw.core.result.ExitCode;
import java.util.List;

/**
 * How much of their limits tenants use now.
 *
 * @param reason why nothing can be told; empty otherwise
 * @param epoch the committed one, whose limits these are
 * @param windowMicros between the two readings of what was allowed and refused, as measured
 * @param uses one for each limit of the committed set, in its order
 * @param leases one for each service that has served leased limits
 * @param gaps what wasn't measured: who didn't answer, and what was cut at a bound
 */
public record LimitUsageReport(
    ExitCode exit,
    String reason,
    long epoch,
    long windowMicros,
    List<Use> uses,
    List<ServiceLeases> leases,
    List<String> gaps) {
  public LimitUsageReport {
    uses = List.copyOf(uses);
    leases = List.copyOf(leases);
    gaps = List.copyOf(gaps);
  }

  public static LimitUsageReport unreachable(String reason) {
    return new LimitUsageReport(
        ExitCode.UNREACHABLE, reason, 0, 0, List.of(), List.of(), List.of());
  }

  /**
   * What a service has charged ahead.
   *
   * @param service its name
   * @param held leases that hold units now
   * @param inHand their units: charged, not yet spent
   * @param requests that leased limits decided since it began
   * @param fromMemory those of them that needed no call to Redis of their own
   */
  public record ServiceLeases(
      String service, long held, long inHand, long requests, long fromMemory) {
    /** How many of the requests needed no call, in percent, rounded down. */
    public long hitPercent() {
      return requests == 0 ? 0 : fromMemory * 100 / requests;
    }
  }

  /**
   * One limit.
   *
   * @param limit its name; empty for what is refused because the tenant is blocked
   * @param used units of cost that its fullest counter holds now
   * @param capacity what one counter can hold
   * @param counters how many counters of it there are; more than one where its key makes several
   * @param allowed requests that it let pass between the two readings
   * @param refused requests that it refused between them
   */
  public record Use(
      String tenant,
      String limit,
      long used,
      long capacity,
      long counters,
      long allowed,
      long refused) {
    /** How full, in percent, rounded down; nothing fits a limit of zero, so that is full. */
    public long percent() {
      return capacity == 0 ? 100 : used * 100 / capacity;
    }
  }
}
