package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought;

/** Sees each thought right after it is on disk, on the thread that thinks. Must not throw. */
@FunctionalInterface
public interface Progress {
  Progress NONE = thought -> {};

  void thought(Thought thought);
}
