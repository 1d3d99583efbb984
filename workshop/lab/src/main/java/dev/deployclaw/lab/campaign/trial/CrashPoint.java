package dev.deployclaw.lab.campaign.trial;

/**
 * Where an agent is stopped.
 *
 * @param moment {@code before} a call begins, or {@code after} its effect and before it is told
 * @param call its name and number, {@code redis.stage#1}
 */
public record CrashPoint(AgentTask task, String moment, String call) {
  public String name() {
    return call.replaceFirst("#.*", "");
  }

  /** As {@code DEPLOYCLAW_STOP_AT} takes it. */
  public String at() {
    return moment + " " + call;
  }

  @Override
  public String toString() {
    return task.word() + " " + at();
  }
}
