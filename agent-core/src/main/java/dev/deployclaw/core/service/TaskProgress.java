package dev.deployclaw.core.service;

/** How far an execution is, as all agents see it. */
public enum TaskProgress {
  /** The state store has nothing of it: its agent may have a log. */
  UNSEEN,

  /** Its change is open, and no member acts on it: recovery ends it. */
  UNFINISHED,

  /** Its agent ended before the commit, so nothing was activated, and nothing will be. */
  CUT_OFF,

  /** It is committed, on trial, or waits for a person; or it ended by itself. */
  SETTLED
}
