package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.decision.LimitCounter;
import dev.deployclaw.policy.decision.ReferenceModel;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.DecideReply.NeedEpoch;
import dev.deployclaw.policy.redis.EpochPolicySet;
import java.util.HashMap;
import java.util.Map;

/** The reference model in the place of Redis. */
final class ModelBackend implements LeaseWorld.DecisionBackend {
  private final Map<String, LimitCounter> counters = new HashMap<>();

  @Override
  public DecideReply decide(EpochPolicySet active, DecideCall call) {
    long epoch = active.epoch();
    var claim = call.claims().stream().filter(c -> c.epoch() == epoch).findFirst();
    if (claim.isEmpty()) {
      return new NeedEpoch(epoch);
    }
    var asked = claim.get().ask(call.requests());
    return new Decided(epoch, ReferenceModel.decide(counters, asked, call.at().orElseThrow()));
  }
}
