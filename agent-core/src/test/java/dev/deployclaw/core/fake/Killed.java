package dev.deployclaw.core.fake;

/** The agent's process is dead: no call of it goes out any more. */
public final class Killed extends Error {
  private static final long serialVersionUID = 1L;

  public Killed(String at) {
    super("killed " + at);
  }
}
