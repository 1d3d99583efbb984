package dev.deployclaw.policy.gateway;

import java.time.Duration;

/**
 * How long a rendered gateway waits for a decision. After that it answers by itself, and knows of
 * no limit that would let requests pass: so the service has to answer sooner, whatever Redis does.
 */
public enum GatewayDecisionTimeout {
  NGINX("NGINX", Duration.ofSeconds(2)),
  ENVOY("Envoy", Duration.ofMillis(500));

  /** What is left is for the answer, and for a service that looks at its clock now and then. */
  private static final double SHARE = 0.6;

  private final String words;
  private final Duration answer;

  GatewayDecisionTimeout(String words, Duration answer) {
    this.words = words;
    this.answer = answer;
  }

  public String words() {
    return words;
  }

  public Duration answer() {
    return answer;
  }

  /** What a service that is asked by such gateways may wait for Redis. */
  public Duration longestRedisTimeout() {
    return Duration.ofMillis((long) (answer.toMillis() * SHARE));
  }
}
