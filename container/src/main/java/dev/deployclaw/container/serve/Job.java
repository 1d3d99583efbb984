package dev.deployclaw.container.serve;

import dev.deployclaw.core.task.TaskRequest;

/** What the worker carries out. */
sealed interface Job {
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
  record Run(String execution, TaskRequest request) implements Job {}

  /**
   * A way back.
   *
   * @param undoes the execution whose change is undone, or {@code last}
   */
  record Back(String execution, String undoes, TaskRequest request) implements Job {}

  /**
   * A person's word on a held change.
   *
   * @param plan for an approval, the plan's hash that was quoted, or how it begins
   */
  record Word(String execution, String who, boolean approves, String plan) implements Job {
    /** However much of the plan's hash each quotes. */
    boolean repeats(Job job) {
      return job instanceof Word other
          && other.execution().equals(execution)
          && other.who().equals(who)
          && other.approves() == approves;
    }
  }

  /** A scheduled change whose time has come. */
  record Begin(String execution) implements Job {}

  /** Finishing what an agent that died left behind. */
  record Recover() implements Job {
    @Override
    public String execution() {
      return "";
    }
  }
}
