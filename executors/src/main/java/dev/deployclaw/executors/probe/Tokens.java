package dev.deployclaw.executors.probe;

import dev.deployclaw.policy.probe.Probe;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.policy.wire.SignedToken;
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
final class Tokens {
  private static final Duration LIFE = Duration.ofMinutes(5);

  private final Function<Probe, String> counters;
  private final String privateKey;
  private final Map<Probe, String> texts = new HashMap<>();

  private Tokens(Function<Probe, String> counters, String privateKey) {
    this.counters = counters;
    this.privateKey = privateKey;
  }

  /**
   * @param counters names the probe counters of this run: no other run has them
   */
  static Tokens of(List<Probe> probes, String counters, String privateKey) {
    return of(probes, _ -> counters, privateKey);
  }

  /**
   * @param counters names each probe's counters
   */
  static Tokens of(List<Probe> probes, Function<Probe, String> counters, String privateKey) {
    var tokens = new Tokens(counters, privateKey);
    if (!probes.isEmpty()) {
      var texts = SignedToken.sign(probes.stream().map(tokens::token).toList(), privateKey);
      for (int i = 0; i < texts.size(); i++) {
        tokens.texts.put(probes.get(i), texts.get(i));
      }
    }
    return tokens;
  }

  String text(Probe probe) {
    String text = texts.get(probe);
    return text == null ? SignedToken.sign(List.of(token(probe)), privateKey).getFirst() : text;
  }

  private ProbeToken token(Probe probe) {
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
