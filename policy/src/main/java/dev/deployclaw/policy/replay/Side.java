package dev.deployclaw.policy.replay;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decide.Decision;
import dev.deployclaw.policy.decide.Reference;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.Claim;
import dev.deployclaw.policy.redis.Claim.Line;
import dev.deployclaw.policy.redis.EpochSet;
import dev.deployclaw.policy.redis.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** One policy as the requests of a log meet it, one after another. For one thread. */
final class Side {
  private static final String DEFAULT_TENANT = "default";

  private final EpochSet held;
  private final Counters counters;
  private final Map<String, Line> lines = new HashMap<>();
  private final List<String> leftOut = new ArrayList<>();

  /**
   * @param most counters that are kept
   */
  Side(PolicySet set, int most) {
    this.held = new EpochSet(1, "", replayable(set));
    this.counters = new Counters(most);
    for (String tenant : held.set().tenants().keySet()) {
      lines.put(tenant, Line.of(held.set(), tenant));
    }
  }

  /**
   * What became of a request.
   *
   * @param by what refused it: {@code owner/limit}, or why without one; empty where it was admitted
   */
  record Met(boolean admitted, String by) {}

  Met meet(String tenant, RequestShape shape, Recorded request, long now) {
    var policy = policy(tenant);
    if (policy.isEmpty()) {
      return new Met(false, "no policy, and none named " + DEFAULT_TENANT);
    }
    counters.at(now);
    var line = Objects.requireNonNull(lines.get(policy.get()));
    var subject = Subject.ordinary(policy.get(), shape, part -> Attributes.of(part, request));
    var claim = Claim.of(held, line, subject);
    var ask = claim.ask(1);
    var decision = Reference.decide(counters, ask, now);
    return decision.allowed()
        ? new Met(true, "")
        : new Met(false, ask.blocked() ? "blocked" : refusing(claim, decision));
  }

  /** Whose policy a tenant falls under. */
  Optional<String> policy(String tenant) {
    return lines.containsKey(tenant)
        ? Optional.of(tenant)
        : Optional.of(DEFAULT_TENANT).filter(lines::containsKey);
  }

  /** Limits that a log can't tell anything of, as {@code tenant/limit}. */
  List<String> leftOut() {
    return leftOut;
  }

  long forgotten() {
    return counters.forgotten();
  }

  int kept() {
    return counters.size();
  }

  private static String refusing(Claim claim, Decision decision) {
    var items = claim.items();
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i).rule().enforced() && decision.verdicts().get(i).fits() < 1) {
        var applied = items.get(i).applied();
        return applied.owner() + "/" + applied.limit().name();
      }
    }
    return "no limit";
  }

  private PolicySet replayable(PolicySet set) {
    return set.withTenants(set.tenants().values().stream().map(this::replayable).toList());
  }

  private TenantPolicy replayable(TenantPolicy policy) {
    List<Limit> kept = new ArrayList<>();
    for (var limit : policy.limits()) {
      if (limit.algorithm() != Algorithm.CONCURRENCY) {
        kept.add(limit);
      } else {
        leftOut.add(policy.tenant() + "/" + limit.name());
      }
    }
    return policy.withLimits(kept);
  }
}
