package dev.deployclaw.container.confinement;

/** What a confined process may not reach outside its own children. Published kernel numbers. */
public enum LandlockScope {
  /** Unix sockets of the abstract kind: names without a file. */
  ABSTRACT_SOCKETS(1),

  /** Signals: the process reaches only its children, not other processes of its own user. */
  SIGNALS(2);

  private final long bit;

  LandlockScope(long bit) {
    this.bit = bit;
  }

  long bit() {
    return bit;
  }
}
