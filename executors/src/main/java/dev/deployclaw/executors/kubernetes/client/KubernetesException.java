package dev.deployclaw.executors.kubernetes.client;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import java.io.IOException;

/** A request that did not do what it should. */
public final class KubernetesException extends IOException {
  /** Of what went wrong without a request, or beyond one. */
  static final int NO_STATUS = 0;

  /** Of a request that got no answer. */
  static final int NO_ANSWER = -1;

  private final int status;
  private final transient CallFault fault;

  /**
   * @param status of HTTP, {@link #NO_STATUS} or {@link #NO_ANSWER}
   */
  KubernetesException(int status, CallFault fault) {
    super(fault.reason());
    this.status = status;
    this.fault = fault;
  }

  public int status() {
    return status;
  }

  public CallFault fault() {
    return fault;
  }

  /** Whether the server answered that it won't do this, anyone who asks. */
  public boolean isRefusal() {
    return status > NO_STATUS && fault instanceof CallFault.Invalid;
  }

  /** Whether the server said nothing at all. */
  public boolean isSilence() {
    return status == NO_ANSWER;
  }

  /** Of what isn't asked any more, since the server said nothing here. */
  public KubernetesException unasked() {
    return new KubernetesException(
        status, new CallFault.Unavailable("not asked, since there is " + fault.reason()));
  }

  /**
   * A refusal is an answer; everything else leaves open what happened. Where the credentials don't
   * count, or the right is missing, nothing was seen either, so that is told apart. Without any
   * request an invalid fault is one of the credentials.
   */
  public MemberReport report(String member) {
    return switch (fault) {
      case CallFault.Invalid i when status == NO_STATUS -> MemberReport.denied(member, i.reason());
      case CallFault.Conflict c -> MemberReport.no(member, c.reason());
      default -> new CallOutcome.Failed(fault).report(member);
    };
  }
}
