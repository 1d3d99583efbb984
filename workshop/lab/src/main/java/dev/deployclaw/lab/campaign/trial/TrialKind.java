package dev.deployclaw.lab.campaign.trial;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What is done in the middle of a task. */
public enum TrialKind {
  STEP(
      false,
      "the agent is killed at a call: before it, or after it but before its answer is "
          + "recorded"),
  INSTANT(false, "the agent is killed at a random instant"),
  TORN(false, "the agent is killed, its journal's last line is half written"),
  ROLLOUT(false, "the agent is killed when a gateway acts on what it publishes"),
  MACHINE(false, "the agent is killed; another machine recovers, then the first is back"),
  POD(false, "the agent's pod is replaced by the rollout that the agent started"),
  PAUSE(false, "the agent sleeps past its lease; it wakes while another leads"),
  HOST(false, "the agent's executor host is killed or paused at a call"),
  LIE(false, "the agent's executor host answers a call late, twice, wrongly or not at all"),
  QUEUE(false, "the agent that has a task from NATS is killed or sleeps; another takes it"),
  OUTAGE(true, "a back end is killed or paused at a call"),
  LINK(true, "a back end's link is cut at a call, both ways or one (root)"),
  FAILOVER(true, "a primary dies with the new epoch, unreplicated (root)"),
  DISK(true, "the state folder's disk is full from a call on (root)");

  private final boolean breaks;
  private final String meaning;

  TrialKind(boolean breaks, String meaning) {
    this.breaks = breaks;
    this.meaning = meaning;
  }

  /** Whether it breaks what has to be healed before an agent can recover. */
  public boolean breaks() {
    return breaks;
  }

  /** Whether what it leaves somewhere may be there until the next change collects it. */
  public boolean leaves() {
    return breaks || this == PAUSE || this == HOST || this == LIE || this == QUEUE;
  }

  /** Whether what one machine began is ended by another. */
  public boolean moves() {
    return this == MACHINE || this == QUEUE;
  }

  public boolean cuts() {
    return this == LINK || this == FAILOVER;
  }

  /** What it needs gateways to be. */
  public GatewayPlatform ground() {
    return this == POD ? GatewayPlatform.PODS : GatewayPlatform.FOLDERS;
  }

  public String meaning() {
    return meaning;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<TrialKind> find(String word) {
    return Arrays.stream(values()).filter(k -> k.word().equals(word)).findFirst();
  }
}
