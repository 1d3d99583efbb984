package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.call.AsyncBackendExecutor;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.sim.engine.AwaitPoint.Kind;
import dev.deployclaw.core.sim.engine.SimLink.Message;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;

/**
 * An executor as one process reaches its back end. What writes goes to each member in a message of
 * its own, so that an agent can die between two of them.
 */
public record SimExecutor(BackendExecutor inner, SimLink line) implements AsyncBackendExecutor {
  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public Set<String> verbs() {
    return inner.verbs();
  }

  @Override
  public Future<CallOutcome> begin(Invocation call) {
    return inner instanceof FakeParticipant participant && writes(call.call())
        ? each(participant, call)
        : SimFuture.whole(line, line.send(message(call, inner)));
  }

  @Override
  public CallOutcome execute(Invocation call) {
    throw new UnsupportedOperationException("it is begun");
  }

  private Future<CallOutcome> each(FakeParticipant participant, Invocation call) {
    List<SimFuture.Part> parts = new ArrayList<>();
    for (String member : participant.members()) {
      var message =
          new Message<>(
              call.operation() + " at " + member,
              Kind.WRITES,
              () -> participant.at(member, call),
              () -> MemberReport.unknown(member, "refuses connections"));
      parts.add(new SimFuture.Part(member, line.send(message)));
    }
    return parts.isEmpty()
        ? SimFuture.whole(line, line.send(message(call, participant)))
        : SimFuture.of(line, parts);
  }

  private static Message<CallOutcome> message(Invocation call, BackendExecutor inner) {
    var kind = writes(call.call()) ? Kind.WRITES : Kind.READS;
    return new Message<>(
        call.operation(),
        kind,
        () -> applied(inner, call),
        () -> CallOutcome.failed(new CallFault.Unavailable("refuses connections")));
  }

  private static CallOutcome applied(BackendExecutor inner, Invocation call) {
    try {
      return inner.execute(call);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether a back end is another one after it. A probe spends counters of its own only. */
  private static boolean writes(ExecutorCall call) {
    return switch (call) {
      case ExecutorCall.Stage _,
          ExecutorCall.Publish _,
          ExecutorCall.Discard _,
          ExecutorCall.WriteBack _,
          ExecutorCall.Reassert _ ->
          true;
      case ExecutorCall.Look _,
          ExecutorCall.Observe _,
          ExecutorCall.Prepare _,
          ExecutorCall.Converge _,
          ExecutorCall.Lost _ ->
          false;
      case ExecutorCall.Share _ -> true;
      case ExecutorCall.Probe _, ExecutorCall.Heartbeat _ -> false;
    };
  }
}
