package dev.deployclaw.container.serve;

import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.ToldJournal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The newest records of the executions at work, and who wants to be told of more. It only saves
 * reading the journal's files, which hold everything; nobody's slowness makes it grow. Any thread.
 */
final class ThoughtFeed implements ToldJournal.Listener {
  private static final int MOST_EXECUTIONS = 16;
  private static final int MOST_RECORDS = 256;

  private final Map<String, Deque<Sealed>> tails = new LinkedHashMap<>();
  private final Map<String, Set<Runnable>> listeners = new ConcurrentHashMap<>();

  @Override
  public void appended(String execution, Sealed sealed) {
    keep(execution, sealed);
    listeners.getOrDefault(execution, Set.of()).forEach(Runnable::run);
  }

  /** Its last records were taken out of it: the journal has to be read. */
  @Override
  public synchronized void superseded(String execution) {
    tails.remove(execution);
  }

  /**
   * The records after a number, where memory holds all of them; else the journal has to be read.
   */
  synchronized Optional<List<Sealed>> after(String execution, long seq) {
    var tail = tails.get(execution);
    return tail == null || tail.isEmpty() || tail.getFirst().head().seq() > seq + 1
        ? Optional.empty()
        : Optional.of(tail.stream().filter(s -> s.head().seq() > seq).toList());
  }

  /** Calls {@code wake} at each new record, on the thread that thinks, so it must not block. */
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

  private synchronized void keep(String execution, Sealed sealed) {
    var tail = tails.computeIfAbsent(execution, _ -> new ArrayDeque<>());
    boolean again = !tail.isEmpty() && tail.getLast().head().seq() >= sealed.head().seq();
    if (!again) {
      tail.add(sealed);
    }
    if (tail.size() > MOST_RECORDS) {
      tail.removeFirst();
    }
    if (tails.size() > MOST_EXECUTIONS) {
      tails.remove(tails.keySet().iterator().next());
    }
  }
}
