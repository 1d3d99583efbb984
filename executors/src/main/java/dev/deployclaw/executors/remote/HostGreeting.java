package dev.deployclaw.executors.remote;

import dev.deployclaw.executors.wire.HostDescription;

/** How a handshake with an executor host ended. */
public sealed interface HostGreeting {
  /** It answered, and both speak a revision of the protocol. */
  record Met(HostDescription host) implements HostGreeting {}

  /** It answered, and no call can be made: waiting doesn't help. */
  record Incompatible(String reason) implements HostGreeting {}

  /** It isn't there, or doesn't answer. */
  record Unreachable(String reason) implements HostGreeting {}
}
