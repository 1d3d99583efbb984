package dev.deployclaw.container.query;

import dev.deployclaw.audit.journal.LogTailReader;
import dev.deployclaw.core.log.RecordSealer.LogHead;

/** Reads the records of a log that follow the last one that a client has. */
@FunctionalInterface
public interface LogTails {
  LogTailReader of(String execution, LogHead had);
}
