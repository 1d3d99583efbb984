package dev.deployclaw.core.schedule;

import java.util.List;

/**
 * What waits for its time.
 *
 * @param entries the next first
 * @param unread the executions whose entries can't be read, each with why; they are not begun, and
 *     hold up no other
 */
public record ScheduleReport(List<ScheduledChange> entries, List<String> unread) {
  public static final ScheduleReport NOTHING = new ScheduleReport(List.of(), List.of());

  public ScheduleReport {
    entries = List.copyOf(entries);
    unread = List.copyOf(unread);
  }
}
