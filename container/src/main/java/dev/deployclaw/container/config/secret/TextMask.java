package dev.deployclaw.container.config.secret;

/** Masks secrets in what people type. It may ask another process, so it blocks. Any thread. */
@FunctionalInterface
public interface TextMask {
  /** Of a process that holds all secrets of its back ends. */
  TextMask OWN = SecretRegistry::redacted;

  /**
   * What may be kept, sent and logged of a text.
   *
   * @throws UnmaskedTextException where that can't be known now
   */
  String masked(String text) throws InterruptedException;
}
