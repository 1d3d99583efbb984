package dev.deployclaw.container.config;

/** For which process a configuration is read: it opens the secrets of that process only. */
public enum ConfigRole {
  /** The agent of {@code serve}: state store, stream, API. */
  AGENT,
  /** Its executor host: the back ends. */
  HOST,
  /** A command that does all by itself. */
  BOTH;

  /** Whether it opens the credentials of back ends. */
  public boolean actsOnBackends() {
    return this != AGENT;
  }

  /** Whether it opens what the agent plans, records and serves by. */
  public boolean plans() {
    return this != HOST;
  }
}
