package dev.deployclaw.policy.replay;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.AdmissionDecision;
import dev.deployclaw.policy.decision.LimitCounter;
import dev.deployclaw.policy.decision.ReferenceModel;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.redis.RequestCharges.Line;
import dev.deployclaw.policy.replay.accesslog.RecordedRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One policy as the requests of a log meet it, one after another. For one thread. */
final class ReplayedPolicy {
  static final String DEFAULT_TENANT = "default";

  private final EpochPolicySet held;
  private final BoundedCounters counters;
  private final Map<String, Line> lines = new HashMap<>();
  private final List<String> leftOut = new ArrayList<>();

  /**
   * @param most counters that are kept
   */
  ReplayedPolicy(PolicySet set, int most) {
    this.held = new EpochPolicySet(1, "", replayable(set));
    this.counters = new BoundedCounters(most);
  }

  /**
   * What became of a request.
   *
   * @param by what refused it: {@code owner/limit}, or why without one; empty where it was admitted
   */
  record ReplayOutcome(boolean admitted, String by) {}

  ReplayOutcome meet(String tenant, RequestShape shape, RecordedRequest request, long now) {
    var policy = policy(tenant);
    if (policy.isEmpty()) {
      return new ReplayOutcome(false, "no policy, and none named " + DEFAULT_TENANT);
    }
    counters.at(now);
    var line = lines.computeIfAbsent(policy.get(), name -> Line.of(held.set(), name));
    var subject =
        RateLimitedRequest.ordinary(policy.get(), shape, part -> KeyPartValue.of(part, request));
    var claim = RequestCharges.of(held, line, subject);
    var ask = claim.ask(1);
    var decision = ReferenceModel.decide(counters, ask, now);
    return decision.allowed()
        ? new ReplayOutcome(true, "")
        : new ReplayOutcome(false, ask.blocked() ? "blocked" : refusing(claim, decision));
  }

  /** Whose policy a tenant falls under. */
  Optional<String> policy(String tenant) {
    var set = held.set();
    return Optional.of(set.tenant(tenant).isPresent() ? tenant : DEFAULT_TENANT)
        .filter(name -> set.tenant(name).isPresent());
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

  private static String refusing(RequestCharges claim, AdmissionDecision decision) {
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
      if (limit.algorithm() != LimitAlgorithm.CONCURRENCY) {
        kept.add(limit);
      } else {
        leftOut.add(policy.tenant() + "/" + limit.name());
      }
    }
    return policy.withLimits(kept);
  }

  /**
   * The counters of a replay, at most so many. With each that comes, the one that was used longest
   * ago goes if it is idle, which is as if it weren't there; so idle ones don't pile up. When there
   * is one too many, it goes although it holds something, and that is counted.
   */
  private static final class BoundedCounters extends LinkedHashMap<String, LimitCounter> {
    private final int most;

    /** When each will be idle, as of its last charge. */
    private final HashMap<String, Long> idleAt = new HashMap<>();

    private long now;
    private long forgotten;

    BoundedCounters(int most) {
      super(16, 0.75f, true);
      this.most = most;
    }

    /** The time of what comes next. */
    void at(long micros) {
      now = micros;
    }

    /** Counters that went although they held something: from then on, too much may be admitted. */
    long forgotten() {
      return forgotten;
    }

    @Override
    public @Nullable LimitCounter put(String key, LimitCounter counter) {
      idleAt.put(key, now + counter.reset(now));
      return super.put(key, counter);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, LimitCounter> eldest) {
      Long idle = idleAt.get(eldest.getKey());
      boolean holds = idle != null && idle > now;
      if (holds && size() <= most) {
        return false;
      }
      idleAt.remove(eldest.getKey());
      forgotten += holds ? 1 : 0;
      return true;
    }
  }

  /** What of a recorded request makes separate counters. */
  private static final class KeyPartValue {
    static String of(CounterKeyPart part, RecordedRequest request) {
      return switch (part) {
        case CounterKeyPart.ClientAddress() -> request.client();
        case CounterKeyPart.Header(String name) -> request.header(name);
      };
    }
  }
}
