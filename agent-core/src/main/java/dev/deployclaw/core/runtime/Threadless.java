package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import java.util.concurrent.Future;

/**
 * An executor that needs no thread for a call: it takes it, and its outcome comes by itself. So a
 * simulation decides when, and the runtime above it stays the same.
 */
public interface Threadless extends Executor {
  /** Takes the call. Waiting for its outcome, with a bound, is the caller's. */
  Future<Outcome> begin(Invocation call);
}
