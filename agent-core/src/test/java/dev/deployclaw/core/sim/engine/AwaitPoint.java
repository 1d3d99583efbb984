package dev.deployclaw.core.sim.engine;

/**
 * One await point of an agent.
 *
 * @param number of the process' hops, from 1
 * @param what for people
 * @param kind of what is asked
 */
public record AwaitPoint(int number, String what, Kind kind) {
  public enum Kind {
    /** Changes nothing. */
    READS,
    WRITES,
    /** A record on the agent's own disk: neither late nor lost on a way. */
    DISK
  }
}
