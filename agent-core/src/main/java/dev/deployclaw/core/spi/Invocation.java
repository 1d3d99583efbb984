package dev.deployclaw.core.spi;

import java.time.Duration;
import java.util.Optional;

/**
 * One call of one executor.
 *
 * @param executor its name, for example {@code redis}
 * @param deadline how long it may take, from when it starts
 * @param grant without which the sandbox lets nothing through
 */
public record Invocation(
    String executor,
    ExecutorCall call,
    FencingToken fence,
    Duration deadline,
    Optional<Grant> grant) {

  /** Without a grant: for who calls an executor that stands in no sandbox. */
  public Invocation(String executor, ExecutorCall call, FencingToken fence, Duration deadline) {
    this(executor, call, fence, deadline, Optional.empty());
  }

  /** The same call, granted. */
  public Invocation with(Grant granted) {
    return new Invocation(executor, call, fence, deadline, Optional.of(granted));
  }

  /** The full name of the operation, for example {@code redis.stage}. */
  public String operation() {
    return executor + "." + call.verb();
  }
}
