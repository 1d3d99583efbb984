package dev.deployclaw.executors.probe;

import com.sun.net.httpserver.Headers;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.AdmissionRequest;
import dev.deployclaw.policy.decision.CounterCharge;
import dev.deployclaw.policy.decision.LimitCounter;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.decision.ReferenceModel;
import dev.deployclaw.policy.match.AppliedLimit;
import dev.deployclaw.policy.match.LimitMatcher;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.policy.wire.RuleDigest;
import dev.deployclaw.policy.wire.SignedProbeToken;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A rate limit service of a test: it verifies probes and decides them by the reference model. */
final class Decider {
  private final PolicySet said;
  private final PolicySet enforced;
  private final long epoch;
  private final Map<String, LimitCounter> counters = new HashMap<>();
  private int failures;

  /**
   * @param said the set whose rules it names
   * @param enforced the set that it really decides by
   */
  Decider(PolicySet said, PolicySet enforced, long epoch) {
    this.said = said;
    this.enforced = enforced;
    this.epoch = epoch;
  }

  /** Fails the next requests after having charged them. */
  synchronized void failNext(int requests) {
    failures = requests;
  }

  synchronized FakeHttpServer.Answer decide(Headers asked) {
    var token =
        Optional.ofNullable(asked.getFirst("X-DC-Token"))
            .flatMap(SignedProbeToken::read)
            .filter(t -> t.token().isLive(Instant.now()) && t.seal().isBy(said.probeKey()))
            .map(SignedProbeToken::token);
    if (token.isEmpty()) {
      return FakeHttpServer.Answer.of(204);
    }
    String tenant = asked.getFirst("X-DC-Host").replaceFirst("\\..*", "");
    String uri = asked.getFirst("X-DC-Uri");
    var shape = RequestShape.ofUri(token.get().service(), uri, asked.getFirst("X-DC-Method"));
    boolean allowed = allowed(LimitMatcher.applied(enforced, tenant, shape), token.get());
    if (failures > 0) {
      failures--;
      return FakeHttpServer.Answer.of(500);
    }
    var headers =
        new TreeMap<>(
            Map.of(
                "X-DC-Probe", "1",
                "X-DC-Epoch", Long.toString(epoch),
                "X-DC-Rule", RuleDigest.of(LimitMatcher.applied(said, tenant, shape))));
    return new FakeHttpServer.Answer(allowed ? 204 : 403, headers);
  }

  private boolean allowed(List<AppliedLimit> limits, ProbeToken token) {
    var charges =
        limits.stream()
            .map(a ->
                new CounterCharge(
                    token.execution() + a.owner() + "/" + a.limit().name(),
                    LimitRule.of(a.limit()),
                    token.cost()))
            .toList();
    return ReferenceModel.decide(counters, new AdmissionRequest(false, charges, 1), token.at())
        .allowed();
  }
}
