package dev.deployclaw.container.config.secret;

/** The secrets in a text can't be masked now, so nothing of it is kept. */
public final class UnmaskedTextException extends RuntimeException {
  public UnmaskedTextException(String reason) {
    super("secrets in the text can't be masked: " + reason);
  }
}
