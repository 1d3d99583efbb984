package dev.deployclaw.executors.sandbox;

import java.util.Set;

/**
 * What an executor may do.
 *
 * @param operations full names, for example {@code redis.stage}; what isn't named is denied
 * @param atOnce how many calls may run at the same time, at least 1
 */
public record ExecutorLimits(Set<String> operations, int atOnce) {
  public ExecutorLimits {
    operations = Set.copyOf(operations);
    if (atOnce < 1) {
      throw new IllegalArgumentException("admits no call: " + atOnce);
    }
  }
}
