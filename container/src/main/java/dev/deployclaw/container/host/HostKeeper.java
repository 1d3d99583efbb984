package dev.deployclaw.container.host;

import dev.deployclaw.core.grant.GrantKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Who knows the executor host's key and how it is. */
interface HostKeeper extends AutoCloseable {
  /**
   * The key of its present start.
   *
   * @throws IllegalStateException with the reason while there is none
   */
  GrantKey key();

  HostState state();

  /** How often it was started by this process. */
  int starts();

  /** When the kernel last ended a start because it made a forbidden system call. */
  default Optional<Instant> violation() {
    return Optional.empty();
  }

  /** Ends the present start; returns when the next one takes calls, or the time is over. */
  void restart(Duration atMost) throws InterruptedException;

  @Override
  void close();
}
