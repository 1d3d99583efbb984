package dev.deployclaw.core.environment;

import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.policy.model.Gateway;
import java.time.Duration;
import java.util.List;

/**
 * What the runtime is told.
 *
 * @param agent who acts, for the leader's key and the log, for example {@code host:1234}
 * @param stepFactor a limit that grows or shrinks by more than this factor holds
 * @param gateways their routing becomes part of each new policy set
 * @param probeKey the public key that verifies probe tokens (X.509, base64)
 * @param probes how many synthetic requests a validation sends
 */
public record AgentSettings(
    String agent,
    GatePolicy gate,
    int stepFactor,
    List<Gateway> gateways,
    String probeKey,
    int probes,
    Bounds bounds) {
  public AgentSettings {
    gateways = List.copyOf(gateways);
  }

  /** The same, but so long it stands for election while another leads. */
  public AgentSettings waiting(Duration leaderWait) {
    var b = bounds;
    var longer =
        new Bounds(
            b.lease(), leaderWait, b.call(), b.converge(), b.poll(), b.attempts(), b.refusals());
    return new AgentSettings(agent, gate, stepFactor, gateways, probeKey, probes, longer);
  }

  /**
   * How long and how often.
   *
   * @param lease of the leadership
   * @param leaderWait how long to stand for election while another leads
   * @param call one call of an executor
   * @param converge until every enforcement point acts on a committed epoch
   * @param poll between two looks
   * @param attempts how often a repeatable act is tried
   * @param refusals calls of one execution that are refused at the sandbox until the agent freezes
   *     itself; 1 to 20
   */
  public record Bounds(
      Duration lease,
      Duration leaderWait,
      Duration call,
      Duration converge,
      Duration poll,
      int attempts,
      int refusals) {
    /** So many refusals are a mistake at most; one more and a person looks. */
    public static final int REFUSALS = 3;

    public static final int MOST_REFUSALS = 20;

    public Bounds {
      if (refusals < 1 || refusals > MOST_REFUSALS) {
        throw new IllegalArgumentException("refusals: 1 to " + MOST_REFUSALS + ", not " + refusals);
      }
    }

    /** A lease of 10 s, 30 s a call, 60 s to converge. */
    public static final Bounds DEFAULT =
        new Bounds(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofMillis(100),
            3,
            AgentSettings.Bounds.REFUSALS);
  }
}
