package dev.deployclaw.core.machine;

/** What is to be done next. Each can be repeated without harm. */
public enum ChangeEffect {
  /** Observe every participant, store what they hold under its hash, read it back, compare. */
  TAKE_CHECKPOINT,
  /** Write the epoch where nobody acts on it: the configuration store first, then the others. */
  STAGE,
  /** Ask every participant for its vote. */
  PREPARE,
  /** Ask the gate's policy. */
  JUDGE_GATE,
  /** Observe again after an approval, and compare with the checkpoint. */
  OBSERVE_AGAIN,
  /** Read the checkpoint's object and hash it again; if it holds, the commit follows at once. */
  VERIFY_CHECKPOINT,
  /** Publish a candidate's cohort, poll until everybody acts on it, and prove both sides of it. */
  WIDEN,
  /** Look on, bounded by the time that is stored. */
  BAKE,
  /** Publish what is committed again, without the candidate, and remove what was staged of it. */
  WITHDRAW,
  PUBLISH,
  /** Poll, bounded, until every enforcement point acts on the epoch. */
  CONVERGE,
  /** Send synthetic requests, or for a compensation compare digests. */
  VALIDATE,
  /** Remove epochs that nobody needs. */
  COLLECT,
  /** Open and carry out the change that puts back what stood before. */
  COMPENSATE,
  /** Remove what was staged. */
  DISCARD,
  /** Nothing: it waits for a person, or it is over. */
  REST
}
