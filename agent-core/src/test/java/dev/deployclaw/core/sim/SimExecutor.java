package dev.deployclaw.core.sim;

import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.runtime.Threadless;
import dev.deployclaw.core.sim.Hop.Kind;
import dev.deployclaw.core.sim.Line.Message;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;

/**
 * An executor as one process reaches its back end. What writes goes to each member in a message of
 * its own, so that an agent can die between two of them.
 */
record SimExecutor(Executor inner, Line line) implements Threadless {
  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public Set<String> verbs() {
    return inner.verbs();
  }

  @Override
  public Future<Outcome> begin(Invocation call) {
    return inner instanceof FakeParticipant participant && writes(call.call())
        ? each(participant, call)
        : SimAnswer.whole(line, line.send(message(call, inner)));
  }

  @Override
  public Outcome execute(Invocation call) {
    throw new UnsupportedOperationException("it is begun");
  }

  private Future<Outcome> each(FakeParticipant participant, Invocation call) {
    List<SimAnswer.Part> parts = new ArrayList<>();
    for (String member : participant.members()) {
      var message =
          new Message<>(
              call.operation() + " at " + member,
              Kind.WRITES,
              () -> participant.at(member, call),
              () -> Report.unknown(member, "refuses connections"));
      parts.add(new SimAnswer.Part(member, line.send(message)));
    }
    return parts.isEmpty()
        ? SimAnswer.whole(line, line.send(message(call, participant)))
        : SimAnswer.of(line, parts);
  }

  private static Message<Outcome> message(Invocation call, Executor inner) {
    var kind = writes(call.call()) ? Kind.WRITES : Kind.READS;
    return new Message<>(
        call.operation(),
        kind,
        () -> applied(inner, call),
        () -> Outcome.failed(new Fault.Unavailable("refuses connections")));
  }

  private static Outcome applied(Executor inner, Invocation call) {
    try {
      return inner.execute(call);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether a back end is another one after it. A probe spends counters of its own only. */
  private static boolean writes(Call call) {
    return switch (call) {
      case Call.Stage _, Call.Publish _, Call.Discard _, Call.WriteBack _, Call.Reassert _ -> true;
      case Call.Look _, Call.Observe _, Call.Prepare _, Call.Converge _, Call.Lost _ -> false;
      case Call.Share _ -> true;
      case Call.Probe _, Call.Heartbeat _ -> false;
    };
  }
}
