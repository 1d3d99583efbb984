package dev.deployclaw.container.config;

/** Something that the agent needs before it can start is wrong; the message names the remedy. */
public final class SetupException extends Exception {
  private static final long serialVersionUID = 1L;

  public SetupException(String message) {
    super(message);
  }
}
