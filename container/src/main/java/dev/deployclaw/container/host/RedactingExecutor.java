package dev.deployclaw.container.host;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;

/**
 * Hides the host's secrets in what people read of an outcome: the agent, which writes it into logs,
 * doesn't know them. Facts stay as they are, since checkpoints are made of them.
 */
final class RedactingExecutor extends ForwardingExecutor {
  RedactingExecutor(BackendExecutor inner) {
    super(inner);
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    return switch (super.execute(call)) {
      case CallOutcome.Done(var reports, var facts) ->
          new CallOutcome.Done(reports.stream().map(RedactingExecutor::redacted).toList(), facts);
      case CallOutcome.Failed(var fault) -> CallOutcome.failed(redacted(fault));
    };
  }

  private static MemberReport redacted(MemberReport r) {
    return r.reason().isEmpty()
        ? r
        : new MemberReport(
            r.member(), r.answer(), r.digest(), SecretRegistry.redacted(r.reason()), r.facts());
  }

  private static CallFault redacted(CallFault fault) {
    String reason = SecretRegistry.redacted(fault.reason());
    return switch (fault) {
      case CallFault.Denied _ -> new CallFault.Denied(reason);
      case CallFault.Ungranted _ -> new CallFault.Ungranted(reason);
      case CallFault.Invalid _ -> new CallFault.Invalid(reason);
      case CallFault.Unavailable _ -> new CallFault.Unavailable(reason);
      case CallFault.Conflict _ -> new CallFault.Conflict(reason);
      case CallFault.Unknown _ -> new CallFault.Unknown(reason);
    };
  }
}
