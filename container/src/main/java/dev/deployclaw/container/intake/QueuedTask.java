package dev.deployclaw.container.intake;

import dev.deployclaw.core.task.TaskRequest;

/** What the worker carries out. */
public sealed interface QueuedTask {
  /** The execution that it is about; empty for none. */
  String execution();

  /** Which places it takes of those that wait: one lane can't fill another's. */
  enum Lane {
    TASK,
    WORD,
    ROLLBACK
  }

  default Lane lane() {
    return switch (this) {
      case Run _, Begin _, Recover _ -> Lane.TASK;
      case Word _ -> Lane.WORD;
      case Back _ -> Lane.ROLLBACK;
    };
  }

  /** A request. */
  record Run(String execution, TaskRequest request) implements QueuedTask {}

  /**
   * A way back.
   *
   * @param undoes the execution whose change is undone, or {@code last}
   */
  record Back(String execution, String undoes, TaskRequest request) implements QueuedTask {}

  /**
   * A person's word on a held change.
   *
   * @param plan for an approval, the plan's hash that was quoted, or how it begins
   */
  record Word(String execution, String who, boolean approves, String plan) implements QueuedTask {
    /** However much of the plan's hash each quotes. */
    boolean repeats(QueuedTask job) {
      return job instanceof Word other
          && other.execution().equals(execution)
          && other.who().equals(who)
          && other.approves() == approves;
    }
  }

  /** A scheduled change whose time has come. */
  record Begin(String execution) implements QueuedTask {}

  /** Finishing what an agent that died left behind. */
  record Recover() implements QueuedTask {
    @Override
    public String execution() {
      return "";
    }
  }
}
