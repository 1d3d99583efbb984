package dev.deployclaw.core.sim.engine;

/** What goes wrong, decided message by message. */
public interface FaultModel {
  MessageFate fate(SimProcess actor, AwaitPoint hop);

  /** What becomes of a call at the executor host. */
  default HostFate.Fault host(SimProcess actor, HostPoint call) {
    return HostFate.Fault.NONE;
  }

  /** How long after its sender gave it up a late message arrives, in microseconds. */
  default long lateness() {
    return 1_000;
  }

  /** How long a process stands still, in microseconds; negative: until somebody wakes it. */
  default long pauseFor() {
    return -1;
  }

  /** Whether a renewal of a lease gets lost. */
  default boolean losesRenewal() {
    return false;
  }

  /** How much later than its time etcd revokes a lease, in microseconds. */
  default long revokesLate() {
    return 0;
  }

  /** What the bucket makes of an object. */
  default Bucket bucket() {
    return Bucket.HONEST;
  }

  /** How a bucket keeps what it is given. */
  enum Bucket {
    HONEST,
    /** It says that it took the object, and did not. */
    SWALLOWS,
    /** It keeps other bytes. */
    CORRUPTS,
    /** It replaces what is there, whatever the condition says. */
    IGNORES_CONDITION,
    /** It doesn't find what is there. */
    STALE
  }

  FaultModel CALM = (actor, hop) -> MessageFate.ANSWERED;

  /** One fate for one await point of one process. */
  static FaultModel at(String process, int hop, MessageFate fate) {
    return (actor, at) ->
        at.number() == hop && actor.toString().equals(process) ? fate : MessageFate.ANSWERED;
  }
}
