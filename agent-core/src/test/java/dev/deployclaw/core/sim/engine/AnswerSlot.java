package dev.deployclaw.core.sim.engine;

import org.jspecify.annotations.Nullable;

/** Where an answer arrives, or none. The first one counts. */
final class AnswerSlot<T> {
  private @Nullable T value;
  private @Nullable RuntimeException failure;
  private boolean arrived;
  private boolean again;
  private Runnable onArrival = () -> {};

  void arrive(T answer) {
    if (arrived) {
      again = true;
      return;
    }
    value = answer;
    done();
  }

  void fail(RuntimeException by) {
    if (arrived) {
      return;
    }
    failure = by;
    done();
  }

  private void done() {
    arrived = true;
    onArrival.run();
  }

  boolean arrived() {
    return arrived;
  }

  /** Whether another answer came later, which counts for nothing. */
  boolean cameAgain() {
    return again;
  }

  /** The answer; or throws what arrived in its place. */
  T value() {
    if (failure != null) {
      throw failure;
    }
    if (value == null) {
      throw new IllegalStateException("nothing arrived");
    }
    return value;
  }

  void onArrival(Runnable then) {
    onArrival = then;
  }
}
