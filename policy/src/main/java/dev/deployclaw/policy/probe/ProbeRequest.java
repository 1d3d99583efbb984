package dev.deployclaw.policy.probe;

/**
 * One synthetic request and the answer that the policy set gives it.
 *
 * @param gateway the gateway that it enters
 * @param limit what it tests: {@code checkout of acme}, or {@code acme} where nothing limits it
 * @param cost how many ordinary requests it counts for
 * @param at the clock of its counters, in microseconds since 1970
 * @param rule the digest of the rules that must decide it
 * @param purpose why it is sent, for people
 */
public record ProbeRequest(
    String gateway,
    String tenant,
    String service,
    String path,
    String method,
    String limit,
    long cost,
    long at,
    String nonce,
    boolean allowed,
    String rule,
    String purpose) {

  ProbeRequest later(long micros) {
    long then = at + micros;
    String other = nonce + "r";
    return new ProbeRequest(
        gateway, tenant, service, path, method, limit, cost, then, other, allowed, rule, purpose);
  }
}
