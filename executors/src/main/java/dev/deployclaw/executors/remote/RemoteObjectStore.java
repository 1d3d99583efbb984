package dev.deployclaw.executors.remote;

import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.executors.wire.CallCodec;
import dev.deployclaw.executors.wire.EncodedCall;
import dev.deployclaw.executors.wire.OutcomeCodec;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * The bucket of an executor host. Closing it leaves the connection open.
 *
 * @param deadline of one call
 * @param locate where an object of this name is, for people
 */
public record RemoteObjectStore(
    HostConnection connection, Duration deadline, UnaryOperator<String> locate)
    implements ObjectStore {
  @Override
  public Put create(String name, byte[] bytes) throws InterruptedException {
    return switch (answer(CallCodec.create(name, bytes))) {
      case RemoteCall.Answer.Replied(var outcome) -> OutcomeCodec.decodePut(outcome);
      case RemoteCall.Answer.Undone(var reason) ->
          new Put.Failed(new CallFault.Unavailable(reason));
      case RemoteCall.Answer.Silent(var reason) ->
          new Put.Failed(OutcomeCodec.unanswered(reason, EffectClass.STAGE));
      case RemoteCall.Answer.Unsendable(var reason) ->
          new Put.Failed(new CallFault.Invalid(reason));
    };
  }

  @Override
  public Get read(String name) throws InterruptedException {
    return switch (answer(CallCodec.read(name))) {
      case RemoteCall.Answer.Replied(var outcome) -> OutcomeCodec.decodeGet(outcome);
      case RemoteCall.Answer.Undone(var reason) ->
          new Get.Failed(new CallFault.Unavailable(reason));
      case RemoteCall.Answer.Silent(var reason) ->
          new Get.Failed(OutcomeCodec.unanswered(reason, EffectClass.OBSERVE));
      case RemoteCall.Answer.Unsendable(var reason) ->
          new Get.Failed(new CallFault.Invalid(reason));
    };
  }

  private RemoteCall.Answer answer(EncodedCall call) throws InterruptedException {
    return new RemoteCall(connection, call, Grant.Purpose.NONE, deadline).perform();
  }

  @Override
  public String locate(String name) {
    return locate.apply(name);
  }

  @Override
  public void close() {}
}
