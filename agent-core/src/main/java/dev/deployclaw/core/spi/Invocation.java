package dev.deployclaw.core.spi;

import java.time.Duration;

/**
 * One call of one executor.
 *
 * @param executor its name, for example {@code redis}
 * @param deadline how long it may take, from when it starts
 */
public record Invocation(String executor, Call call, Fence fence, Duration deadline) {
  /** The full name of the operation, for example {@code redis.stage}. */
  public String operation() {
    return executor + "." + call.verb();
  }
}
