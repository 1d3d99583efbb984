package dev.deployclaw.container.serve;

import dev.deployclaw.core.log.NotifyingJournal;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who wants to be told that there is something new in a log. It holds no records: a listener reads
 * them from the journal, as fast as he can take them. Any thread.
 */
final class ThoughtFeed implements NotifyingJournal.Listener {
  private final Map<String, Set<Runnable>> listeners = new ConcurrentHashMap<>();

  @Override
  public void appended(String execution, SealedRecord sealed) {
    wake(execution);
  }

  @Override
  public void superseded(String execution) {
    wake(execution);
  }

  /**
   * Calls {@code wake} at each new record, and when records were taken out of the log, on the
   * thread that thinks, so it must not block.
   */
  AutoCloseable subscribe(String execution, Runnable wake) {
    listeners.compute(
        execution,
        (_, there) -> {
          Set<Runnable> set = there == null ? ConcurrentHashMap.newKeySet() : there;
          set.add(wake);
          return set;
        });
    return () ->
        listeners.computeIfPresent(
            execution,
            (_, there) -> {
              there.remove(wake);
              return there.isEmpty() ? null : there;
            });
  }

  private void wake(String execution) {
    listeners.getOrDefault(execution, Set.of()).forEach(Runnable::run);
  }
}
