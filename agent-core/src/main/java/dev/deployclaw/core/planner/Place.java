package dev.deployclaw.core.planner;

/** Where a run of pieces stands to the order of a request. */
enum Place {
  ORDER,
  ALERT,
  AHEAD,
  ASKED,
  BEHIND,
  BEHIND_UNDO
}
