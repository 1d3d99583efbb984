package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.wire.RuleDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * What an answer says of a claim whatever Redis decides: worked out once for each.
 *
 * @param tenant whose policy decides
 * @param rule the digest of the rules that apply
 * @param names of the limits, in the claim's order
 * @param policies the enforced limits' {@code RateLimit-Policy}; empty where there is none
 */
public record ChargeHeaders(
    RequestCharges claim, String tenant, String rule, List<String> names, String policies) {
  private static final long MICROS = 1_000_000;

  public ChargeHeaders {
    names = List.copyOf(names);
  }

  static ChargeHeaders of(RequestCharges claim) {
    var names = new ArrayList<String>();
    var policies = new ArrayList<String>();
    for (var item : claim.items()) {
      String name = name(claim, item);
      names.add(name);
      if (item.rule().enforced()) {
        policies.add(policy(name, item));
      }
    }
    return new ChargeHeaders(
        claim, claim.tenant(), RuleDigest.of(claim.applied()), names, String.join(", ", policies));
  }

  /** A structured-field string; a group's limit says whose it is. */
  private static String name(RequestCharges claim, RequestCharges.Item item) {
    var own = claim.owners().getFirst().items().contains(item);
    String limit = item.applied().limit().name();
    return "\"" + (own ? limit : item.applied().owner() + "/" + limit) + "\"";
  }

  private static String policy(String name, RequestCharges.Item item) {
    String quota = name + ";q=" + item.rule().requests();
    return item.holds() ? quota : quota + ";w=" + item.rule().windowMicros() / MICROS;
  }
}
