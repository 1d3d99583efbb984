package dev.deployclaw.audit.stream;

import dev.deployclaw.core.log.StreamCopy.Stuck;

/** What can't be answered by sending it again to the same server: it takes no such record. */
public final class RecordRefusedException extends Exception {
  private final transient Stuck what;

  RecordRefusedException(Stuck what) {
    super(what.sentence());
    this.what = what;
  }

  public Stuck what() {
    return what;
  }
}
