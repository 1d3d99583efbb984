package dev.deployclaw.executors.remote;

import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.wire.CallCodec;
import dev.deployclaw.executors.wire.ContentDigests;
import dev.deployclaw.executors.wire.OfferedExecutor;
import dev.deployclaw.executors.wire.OutcomeCodec;
import java.util.Set;

/** An executor of an executor host. It blocks its caller; an interrupt cancels the call. */
public final class RemoteExecutor implements BackendExecutor {
  private static final ContentDigests DIGESTS = new ContentDigests();

  private final HostConnection connection;
  private final OfferedExecutor offered;

  /**
   * @param offered what the host says that it has, or less
   */
  public RemoteExecutor(HostConnection connection, OfferedExecutor offered) {
    this.connection = connection;
    this.offered = offered;
  }

  @Override
  public String name() {
    return offered.name();
  }

  @Override
  public Set<String> verbs() {
    return offered.operations().keySet();
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    var effect = EffectClass.of(call.call());
    var purpose = call.grant().map(Grant::purpose).orElse(Grant.Purpose.NONE);
    var encoded = CallCodec.encode(call, DIGESTS);
    return switch (new RemoteCall(connection, encoded, purpose, call.deadline()).perform()) {
      case RemoteCall.Answer.Replied(var outcome) -> OutcomeCodec.decode(outcome, effect);
      case RemoteCall.Answer.Undone(var reason) ->
          CallOutcome.failed(new CallFault.Unavailable(reason));
      case RemoteCall.Answer.Silent(var reason) ->
          CallOutcome.failed(OutcomeCodec.unanswered(reason, effect));
      case RemoteCall.Answer.Unsendable(var reason) ->
          CallOutcome.failed(new CallFault.Invalid(reason));
    };
  }
}
