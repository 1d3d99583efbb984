package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.grant.GrantCheck;
import dev.deployclaw.core.spi.Executor;

/** The bounds around an executor, in the one order that is right. */
public final class Sandbox {
  private Sandbox() {}

  /**
   * Metered outside, so that denials count; then guarded, so that a denied call takes no place;
   * then the bulkhead; the time limit inside, so that waiting for a place isn't working time.
   */
  public static Metered around(Executor executor, Limits limits, GrantCheck check) {
    return new Metered(
        new Guarded(
            new Bulkheaded(new TimeLimited(executor), limits.atOnce()),
            limits.operations(),
            check));
  }
}
