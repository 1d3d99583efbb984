package dev.deployclaw.container.config;

/** A secret value that never prints itself. */
public record Secret(String value) {
  public static final Secret NONE = new Secret("");

  @Override
  public String toString() {
    return value.isEmpty() ? "" : "***";
  }
}
