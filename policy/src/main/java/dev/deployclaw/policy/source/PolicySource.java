package dev.deployclaw.policy.source;

/**
 * A place where policy documents are kept.
 *
 * <p>Name it so that a person finds it, for example {@code payments/limits:acme.yaml}.
 */
public sealed interface PolicySource {
  String name();

  /**
   * A document that was read.
   *
   * @param home the namespace or folder, by which a source may be restricted to some tenants
   */
  record Document(String name, String home, String text) implements PolicySource {}

  /** What was read, and is no text that a policy could stand in. */
  record Malformed(String name, String home, String what) implements PolicySource {}

  /** A source that couldn't be read: what it defines is unknown, never nothing. */
  record Unreadable(String name, String reason) implements PolicySource {}
}
