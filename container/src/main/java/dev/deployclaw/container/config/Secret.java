package dev.deployclaw.container.config;

/** A secret value that never prints itself. */
public record Secret(String value) {
  public static final Secret NONE = new Secret("");

  /** One that is hidden from now on in whatever this process says. */
  static Secret learnt(String value) {
    Secrets.learn(value);
    return new Secret(value);
  }

  @Override
  public String toString() {
    return value.isEmpty() ? "" : "***";
  }
}
