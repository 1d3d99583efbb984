package dev.deployclaw.core.sim.engine;

/**
 * What becomes of one message of an agent, and of the agent that sends it. A message is three
 * events: it is delivered, applied, and answered; each may be missing, late or doubled.
 */
public enum MessageFate {
  ANSWERED,
  /** Nobody takes it: not applied, and the caller knows. */
  REFUSED,
  /** Not applied, and the caller can't know. */
  LOST,
  /** Applied, and the caller can't know. */
  ANSWER_LOST,
  /** Applied after the caller gave it up. */
  LATE,
  /** Applied, answered, and applied once more later. */
  TWICE,
  /** Applied, its answer lost, sent once more by the client below: the second answer comes. */
  SENT_AGAIN,
  /** The agent dies; nothing is sent. */
  DIES_BEFORE,
  /** The agent dies; what it sent arrives later all the same. */
  DIES_SENT,
  /** The agent dies once it is applied, before it knows. */
  DIES_APPLIED,
  /** The agent stands still, and sends it when it goes on. */
  PAUSES_BEFORE,
  /** The agent stands still; what it sent is applied late. */
  PAUSES_SENT,
  /** The agent stands still before it gets to read the answer. */
  PAUSES_APPLIED;

  public boolean kills() {
    return this == DIES_BEFORE || this == DIES_SENT || this == DIES_APPLIED;
  }
}
