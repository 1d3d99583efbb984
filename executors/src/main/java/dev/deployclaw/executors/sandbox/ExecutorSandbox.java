package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.grant.GrantVerifier;
import dev.deployclaw.core.spi.BackendExecutor;

/** The bounds around an executor, in the one order that is right. */
public final class ExecutorSandbox {
  private ExecutorSandbox() {}

  /**
   * Metered outside, so that denials count; then guarded, so that a denied call takes no place;
   * then the bulkhead. The caller bounds the time, the wait for a place included.
   */
  public static MeteredExecutor around(
      BackendExecutor executor, ExecutorLimits limits, GrantVerifier check) {
    return new MeteredExecutor(
        new AuthorizingExecutor(
            new BulkheadExecutor(executor, limits.atOnce()), limits.operations(), check));
  }

  /**
   * The same without the guard: where each call's grant was checked before the call was read, as in
   * an executor host.
   */
  public static MeteredExecutor bounded(BackendExecutor executor, int atOnce) {
    return new MeteredExecutor(new BulkheadExecutor(executor, atOnce));
  }
}
