package dev.deployclaw.core.sim;

/**
 * One await point of an agent.
 *
 * @param number of the process' hops, from 1
 * @param what for people
 * @param kind of what is asked
 */
record Hop(int number, String what, Kind kind) {
  enum Kind {
    /** Changes nothing. */
    READS,
    WRITES,
    /** A record on the agent's own disk: neither late nor lost on a way. */
    DISK
  }
}
