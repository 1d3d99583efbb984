package dev.deployclaw.core.change.publication;

import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import java.util.List;
import java.util.Map;

/** Tells what one wait is for: each reason once, and not at each try. For one thread. */
final class WaitReasonLog {
  /** Reasons that one wait tells of; the last one is in what follows the wait. */
  private static final int MOST_TOLD = 10;

  private final ExecutionRecorder recorder;
  private final Phase phase;
  private final String action;
  private String last = "";
  private int times;

  WaitReasonLog(ExecutionRecorder recorder, Phase phase, String action) {
    this.recorder = recorder;
    this.phase = phase;
    this.action = action;
  }

  /**
   * @param reason empty where nothing is waited for
   */
  void tell(String reason, List<String> participants) {
    boolean told = reason.isEmpty() || reason.equals(last) || times >= MOST_TOLD;
    last = reason;
    if (!told) {
      times++;
      recorder.tell(
          phase,
          action,
          new LogEntryContent(reason, Status.WARNING, Map.of("participants", participants)));
    }
  }
}
