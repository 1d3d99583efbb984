package dev.deployclaw.container.wiring;

/** Something that the agent needs before it can start is wrong; the message names the remedy. */
public final class Unusable extends Exception {
  private static final long serialVersionUID = 1L;

  public Unusable(String message) {
    super(message);
  }
}
