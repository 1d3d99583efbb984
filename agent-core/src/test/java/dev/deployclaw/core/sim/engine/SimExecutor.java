package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.call.AsyncBackendExecutor;
import dev.deployclaw.core.call.CallDispatcher;
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
  public SimFuture begin(Invocation call) {
    var members =
        inner instanceof FakeParticipant participant && writes(call.call())
            ? participant.members()
            : List.<String>of();
    var taken = line.host().take(request(call, Math.max(1, members.size())));
    return members.isEmpty()
        ? SimFuture.whole(line, taken.pass(message(call, inner), CallOutcome::failed))
        : each(members, call, taken);
  }

  private static SimHost.Request request(Invocation call, int parts) {
    return new SimHost.Request(
        call.operation(),
        kind(call),
        parts,
        call.deadline().toNanos() / 1000,
        ((CallOutcome.Failed) CallDispatcher.cutOff(call)).fault(),
        call.grant());
  }

  @Override
  public CallOutcome execute(Invocation call) {
    throw new UnsupportedOperationException("it is begun");
  }

  private SimFuture each(List<String> members, Invocation call, HostCall taken) {
    var participant = (FakeParticipant) inner;
    List<SimFuture.Part> parts = new ArrayList<>();
    for (String member : members) {
      var message =
          new Message<>(
              call.operation() + " at " + member,
              Kind.WRITES,
              () -> participant.at(member, call),
              () -> MemberReport.unknown(member, "refuses connections"));
      var slot = taken.pass(message, by -> MemberReport.unknown(member, by.reason()));
      parts.add(new SimFuture.Part(member, slot));
    }
    return SimFuture.of(line, parts, taken);
  }

  private static Message<CallOutcome> message(Invocation call, BackendExecutor inner) {
    return new Message<>(
        call.operation(),
        kind(call),
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

  private static Kind kind(Invocation call) {
    return writes(call.call()) ? Kind.WRITES : Kind.READS;
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
