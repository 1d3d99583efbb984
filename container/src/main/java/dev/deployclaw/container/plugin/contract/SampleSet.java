package dev.deployclaw.container.plugin.contract;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A policy set to try with.
 *
 * @param bytes its canonical JSON
 * @param digest that a call says it has; of the bytes, unless that is what is tried
 */
record SampleSet(byte[] bytes, String digest) {
  /** Sets with other requests differ. */
  static SampleSet of(long requests) {
    var match = RequestMatch.service("search");
    var limit = Limit.tokenBucket("search", match, requests, Duration.ofMinutes(1));
    var tenant =
        new TenantPolicy(
            "acme",
            new TreeMap<>(),
            Optional.empty(),
            false,
            BackendFailureMode.ALLOW,
            List.of(limit));
    var set = PolicySet.of(List.of(tenant), List.of(), "");
    return new SampleSet(set.bytes(), set.digest());
  }

  /** These bytes under the digest of others. */
  SampleSet under(SampleSet other) {
    return new SampleSet(bytes, other.digest);
  }
}
