package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Scheduled;
import java.util.List;

/**
 * What waits for its time.
 *
 * @param entries the next first
 * @param unread the executions whose entries can't be read, each with why; they are not begun, and
 *     hold up no other
 */
public record ScheduleAnswer(List<Scheduled> entries, List<String> unread) {
  public static final ScheduleAnswer NOTHING = new ScheduleAnswer(List.of(), List.of());

  public ScheduleAnswer {
    entries = List.copyOf(entries);
    unread = List.copyOf(unread);
  }
}
