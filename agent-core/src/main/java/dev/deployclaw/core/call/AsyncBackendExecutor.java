package dev.deployclaw.core.call;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Invocation;
import java.util.concurrent.Future;

/**
 * An executor that needs no thread for a call: it takes it, and its outcome comes by itself. So a
 * simulation decides when, and the runtime above it stays the same.
 */
public interface AsyncBackendExecutor extends BackendExecutor {
  /** Takes the call. Waiting for its outcome, with a bound, is the caller's. */
  Future<CallOutcome> begin(Invocation call);
}
