package dev.deployclaw.core.fake;

/** The agent's process is dead: no call of it goes out any more. */
public final class AgentKilledError extends Error {
  private static final long serialVersionUID = 1L;

  public AgentKilledError(String at) {
    super("killed " + at);
  }
}
