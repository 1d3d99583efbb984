package dev.deployclaw.container.host;

import dev.deployclaw.container.confinement.IsolationLayer;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import dev.deployclaw.core.grant.GrantKey;
import java.time.Duration;
import java.util.List;
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

  /** What a start of it last tried that it may not do. */
  default Optional<Violation> violation() {
    return Optional.empty();
  }

  /** Why this process isn't told what the kernel refuses it; empty where it is. */
  default Optional<String> untold() {
    return Optional.of("another supervisor starts it: see the kernel's log of its machine");
  }

  /** The layers of its present wall that this process sees, which it can't feign. */
  default List<IsolationLayer> seen() {
    return List.of();
  }

  /** Ends the present start; returns when the next one takes calls, or the time is over. */
  void restart(Duration atMost) throws InterruptedException;

  @Override
  void close();
}
