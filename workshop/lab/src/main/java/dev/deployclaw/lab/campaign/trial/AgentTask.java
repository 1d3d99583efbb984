package dev.deployclaw.lab.campaign.trial;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What the agent is asked to do when it is disturbed. */
public enum AgentTask {
  CHANGE,
  ROLLBACK,
  APPROVAL,
  APPROVED_ROLLBACK,
  CANARY;

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<AgentTask> find(String word) {
    return Arrays.stream(values()).filter(t -> t.word().equals(word)).findFirst();
  }
}
