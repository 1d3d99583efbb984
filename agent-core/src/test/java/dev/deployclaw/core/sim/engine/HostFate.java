package dev.deployclaw.core.sim.engine;

/** What becomes of one call at the executor host, and of the host that has it. */
public enum HostFate {
  SERVED,
  /** The host dies; the call goes no further. */
  DIES_BEFORE,
  /** The host dies once the first member has the call. */
  DIES_BETWEEN,
  /** The host dies; what it sent arrives later all the same. */
  DIES_SENT,
  /** The host dies once the call is applied, before it answers. */
  DIES_APPLIED,
  /** The host stands still with the call that it took, and performs it when it goes on. */
  HANGS,
  /** The socket is cut once the host has the call: it performs it, and can't answer. */
  SOCKET_CUT,
  /** It answers after the caller gave the call up. */
  ANSWERS_LATE,
  ANSWERS_TWICE,
  /** It doesn't perform the call, and gives another call's answer. */
  ANSWERS_ANOTHER,
  /** It performs the call, and its answer can't be read. */
  ANSWERS_GARBAGE;

  public boolean kills() {
    return this == DIES_BEFORE || this == DIES_BETWEEN || this == DIES_SENT || this == DIES_APPLIED;
  }

  /**
   * What a schedule says of one call.
   *
   * @param late how long it hangs, or what it sent is under way, in microseconds; negative: until
   *     all is at rest
   * @param back how long a dead host stays away, in microseconds; negative: as long as its agent
   *     lives
   */
  public record Fault(HostFate fate, long late, long back) {
    public static final Fault NONE = new Fault(SERVED, 0, 0);
  }
}
