package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.grant.GrantVerifier;
import dev.deployclaw.core.spi.BackendExecutor;

/** The bounds around an executor, in the one order that is right. */
public final class ExecutorSandbox {
  private ExecutorSandbox() {}

  /**
   * Guarded outside, so that a denied call takes no place; then the bulkhead. The caller bounds the
   * time, the wait for a place included.
   */
  public static BackendExecutor around(
      BackendExecutor executor, ExecutorLimits limits, GrantVerifier check) {
    return new AuthorizingExecutor(
        new BulkheadExecutor(executor, limits.atOnce()), limits.operations(), check);
  }

  /**
   * The same without the guard: where each call's grant was checked before the call was read, as in
   * an executor host.
   */
  public static BackendExecutor bounded(BackendExecutor executor, int atOnce) {
    return new BulkheadExecutor(executor, atOnce);
  }
}
