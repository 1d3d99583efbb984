package dev.deployclaw.core.grant;

import dev.deployclaw.core.spi.ExecutorCall;
import java.util.Locale;

/**
 * What an operation does to the world, from the least to the most. It follows from the kind of the
 * call alone: no model, skill or argument says it.
 */
public enum EffectClass {
  /** Changes nothing. */
  OBSERVE,
  /**
   * Writes only where no member acts on it: an epoch that isn't committed, the mark of a vote, a
   * container that tries a file and is removed, counters of synthetic requests.
   */
  STAGE,
  /** Changes what somebody acts on. */
  ACTIVATE,
  /** Removes something for good. */
  DESTROY;

  public static EffectClass of(ExecutorCall call) {
    return switch (call) {
      case ExecutorCall.Look _,
          ExecutorCall.Observe _,
          ExecutorCall.Converge _,
          ExecutorCall.Lost _ ->
          OBSERVE;
      case ExecutorCall.Stage _,
          ExecutorCall.Prepare _,
          ExecutorCall.Probe _,
          ExecutorCall.Heartbeat _ ->
          STAGE;
      case ExecutorCall.Publish _,
          ExecutorCall.Reassert _,
          ExecutorCall.WriteBack _,
          ExecutorCall.Share _ ->
          ACTIVATE;
      case ExecutorCall.Discard _ -> DESTROY;
    };
  }

  /** Whether it is done for an execution only, so that there is a log of it. */
  public boolean needsExecution() {
    return switch (this) {
      case OBSERVE, STAGE -> false;
      case ACTIVATE, DESTROY -> true;
    };
  }

  /** As documents and messages spell it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
