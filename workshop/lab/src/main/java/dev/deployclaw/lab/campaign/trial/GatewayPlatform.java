package dev.deployclaw.lab.campaign.trial;

import java.time.Duration;

/** What the gateways of an estate are. Each kind of trial is made on one of the two. */
public enum GatewayPlatform {
  /** Folders of this machine; the agent is a command that somebody gives. */
  FOLDERS(Duration.ofSeconds(20)),
  /** Pods of Deployments; the agent serves in one of the pods, beside its gateway. */
  PODS(Duration.ofSeconds(60));

  private final Duration converge;

  GatewayPlatform(Duration converge) {
    this.converge = converge;
  }

  public Duration converge() {
    return converge;
  }
}
