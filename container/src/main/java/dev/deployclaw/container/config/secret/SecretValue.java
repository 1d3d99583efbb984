package dev.deployclaw.container.config.secret;

/** A secret value that never prints itself. */
public record SecretValue(String value) {
  public static final SecretValue NONE = new SecretValue("");

  /** One that is configured, and held by another process. */
  public static final SecretValue WITHHELD = new SecretValue("held by the executor host");

  /** One that is hidden from now on in whatever this process says. */
  public static SecretValue learnt(String value) {
    SecretRegistry.learn(value);
    return new SecretValue(value);
  }

  @Override
  public String toString() {
    return value.isEmpty() ? "" : "***";
  }
}
