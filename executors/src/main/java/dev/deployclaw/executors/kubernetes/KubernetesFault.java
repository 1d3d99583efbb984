package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Report;
import java.io.IOException;

/** A request that did not do what it should. */
final class KubernetesFault extends IOException {
  private static final long serialVersionUID = 1L;

  /** Of a request that got no answer. */
  static final int NO_STATUS = 0;

  private final int status;
  private final transient Fault fault;

  /**
   * @param status of HTTP, or {@link #NO_STATUS}
   */
  KubernetesFault(int status, Fault fault) {
    super(fault.reason());
    this.status = status;
    this.fault = fault;
  }

  int status() {
    return status;
  }

  Fault fault() {
    return fault;
  }

  /**
   * A refusal is an answer; everything else leaves open what happened. Where the credentials don't
   * count, or the right is missing, nothing was seen either, so that is told apart. Without any
   * request an invalid fault is one of the credentials.
   */
  Report report(String member) {
    return switch (fault) {
      case Fault.Denied d -> Report.denied(member, d.reason());
      case Fault.Invalid i when status == NO_STATUS -> Report.denied(member, i.reason());
      case Fault.Ungranted g -> Report.no(member, g.reason());
      case Fault.Invalid i -> Report.no(member, i.reason());
      case Fault.Conflict c -> Report.no(member, c.reason());
      case Fault.Unavailable u -> Report.unknown(member, u.reason());
      case Fault.Unknown u -> Report.unknown(member, u.reason());
    };
  }
}
