package dev.deployclaw.container.config;

/** Something that the agent needs before it can start is wrong; the message names the remedy. */
public final class SetupException extends Exception {
  public SetupException(String message) {
    super(message);
  }
}
