package dev.deployclaw.core.journal;

import dev.deployclaw.core.log.LogEntry;

/** Sees each thought right after it is on disk, on the thread that thinks. Must not throw. */
@FunctionalInterface
public interface ProgressListener {
  ProgressListener NONE = thought -> {};

  void thought(LogEntry thought);
}
