package dev.deployclaw.core.machine;

import dev.deployclaw.core.spi.StateStore.Entry;

/**
 * An execution as it was read.
 *
 * @param revision when it was last written: the next write compares it
 */
public record StoredExecution(ChangeExecution execution, long revision) {
  public static StoredExecution read(Entry entry) {
    return new StoredExecution(ChangeExecution.read(entry.value()), entry.modRevision());
  }
}
