package dev.deployclaw.policy.replay;

import java.util.List;

/**
 * What a change of policy would have meant to the requests of a log.
 *
 * @param requests that were replayed
 * @param unrouted of the log's requests, those that no route leads anywhere
 * @param tenants who sent any, most newly refused first; unknown names together as {@link
 *     #STRANGERS}
 * @param notes why the numbers may not be exact
 */
public record ImpactReport(
    long requests, long unrouted, List<OfTenant> tenants, List<String> notes) {
  public static final String STRANGERS = "(unknown tenants)";

  public ImpactReport {
    tenants = List.copyOf(tenants);
    notes = List.copyOf(notes);
  }

  /** Requests that were admitted before and wouldn't be now. */
  public long newlyRefused() {
    return tenants.stream().mapToLong(OfTenant::newlyRefused).sum();
  }

  /**
   * @param refusedBefore by the old policy
   * @param refusedAfter by the new one
   * @param newlyRefused by the new one alone
   * @param newlyAdmitted by the old one alone refused
   * @param first microseconds since 1970 of the first newly refused; 0 where none was
   * @param last of the last
   * @param worstHour when the hour began in which most were newly refused
   * @param inWorstHour how many in it
   * @param by what newly refused most of them: {@code owner/limit}
   * @param byBefore what no longer refused most of the newly admitted
   */
  public record OfTenant(
      String tenant,
      long requests,
      long refusedBefore,
      long refusedAfter,
      long newlyRefused,
      long newlyAdmitted,
      long first,
      long last,
      long worstHour,
      long inWorstHour,
      String by,
      String byBefore) {}
}
