package dev.deployclaw.audit;

import dev.deployclaw.core.log.StreamCopy.Stuck;

/** What can't be answered by sending it again to the same server: it takes no such record. */
final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Stuck what;

  Refused(Stuck what) {
    super(what.sentence());
    this.what = what;
  }

  Stuck what() {
    return what;
  }
}
