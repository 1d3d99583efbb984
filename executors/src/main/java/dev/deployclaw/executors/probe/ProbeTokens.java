package dev.deployclaw.executors.probe;

import dev.deployclaw.policy.probe.ProbeRequest;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.policy.wire.SignedProbeToken;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The probes' tokens: those of the plan are signed together before any is sent, one of an exercise
 * that is repeated by itself. Immutable.
 */
final class ProbeTokens {
  private static final Duration LIFE = Duration.ofMinutes(5);

  private final Function<ProbeRequest, String> counters;
  private final String privateKey;
  private final Map<ProbeRequest, String> texts = new HashMap<>();

  private ProbeTokens(Function<ProbeRequest, String> counters, String privateKey) {
    this.counters = counters;
    this.privateKey = privateKey;
  }

  /**
   * @param counters names the probe counters of this run: no other run has them
   */
  static ProbeTokens of(List<ProbeRequest> probes, String counters, String privateKey) {
    return of(probes, _ -> counters, privateKey);
  }

  /**
   * @param counters names each probe's counters
   */
  static ProbeTokens of(
      List<ProbeRequest> probes, Function<ProbeRequest, String> counters, String privateKey) {
    var tokens = new ProbeTokens(counters, privateKey);
    if (!probes.isEmpty()) {
      var texts = SignedProbeToken.sign(probes.stream().map(tokens::token).toList(), privateKey);
      for (int i = 0; i < texts.size(); i++) {
        tokens.texts.put(probes.get(i), texts.get(i));
      }
    }
    return tokens;
  }

  String text(ProbeRequest probe) {
    String text = texts.get(probe);
    return text == null
        ? SignedProbeToken.sign(List.of(token(probe)), privateKey).getFirst()
        : text;
  }

  private ProbeToken token(ProbeRequest probe) {
    return new ProbeToken(
        counters.apply(probe),
        probe.tenant(),
        probe.service(),
        probe.path(),
        probe.method(),
        probe.cost(),
        probe.at(),
        Instant.now().plus(LIFE).getEpochSecond(),
        probe.nonce());
  }
}
