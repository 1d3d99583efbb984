package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.sim.engine.SimLink.Message;
import dev.deployclaw.core.spi.CallFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** One call at the executor host, from the agent that made it to the members, and back. */
final class HostCall implements SimLink.Relay {
  /** So long after its deadline nobody waits for a call, in microseconds. */
  private static final long GIVEN_UP = 3_000_000;

  private final SimHost host;
  private final SimHost.Request request;
  private final HostFate.Fault fault;
  private final long expires;
  private final List<Consumer<CallFault>> ends = new ArrayList<>();
  private Optional<CallFault> ended = Optional.empty();
  private boolean verified;
  private boolean performed;
  private boolean dropped;
  private boolean mute;
  private int applied;
  private int answered;

  HostCall(SimHost host, SimHost.Request request, HostFate.Fault fault) {
    this.host = host;
    this.request = request;
    this.fault = fault;
    this.expires = sim().now() + request.patience();
    this.verified = !host.still();
  }

  /** Why it ended as a whole, where it did. */
  Optional<CallFault> ended() {
    return ended;
  }

  /**
   * Passes one part of it on.
   *
   * @param failed what becomes of that part where the call ends as a whole
   */
  <T> AnswerSlot<T> pass(Message<T> message, Function<CallFault, T> failed) {
    var slot = dropped ? new AnswerSlot<T>() : host.line().send(message, this);
    ends.add(by -> slot.arrive(failed.apply(by)));
    return slot;
  }

  /** It is answered without having been performed. */
  void refused(CallFault by) {
    dropped = true;
    mute = true;
    endLater(by);
  }

  /** Nobody can answer it any more; who has died can't perform the rest of it either. */
  void cut(boolean died) {
    mute = true;
    dropped = died && fault.fate() != HostFate.DIES_SENT;
    endLater(request.cut());
  }

  private void endLater(CallFault by) {
    sim().after(host.line().way(), host.line().actor() + " loses " + request.what(), () -> end(by));
  }

  private void end(CallFault by) {
    if (ended.isEmpty()) {
      ended = Optional.of(by);
      ends.forEach(end -> end.accept(by));
    }
  }

  @Override
  public void forth(Runnable apply) {
    if (host.still() && !dropped) {
      host.later(() -> forth(apply));
    } else if (fault.fate() == HostFate.DIES_SENT) {
      host.line().late(fault.late(), "sent by a dead host, " + request.what(), apply);
    } else if (!dropped && isAllowed()) {
      perform(apply);
    }
  }

  /** Whether its grant is good, which is looked at once, as the host begins with it. */
  private boolean isAllowed() {
    verified |= sim().now() <= expires;
    return verified;
  }

  private void perform(Runnable apply) {
    if (!performed) {
      performed = true;
      host.performs(request);
    }
    apply.run();
    applied++;
    int dies =
        switch (fault.fate()) {
          case DIES_BETWEEN -> 1;
          case DIES_APPLIED -> request.parts();
          default -> 0;
        };
    if (applied == dies) {
      host.die(fault.back());
    }
  }

  @Override
  public void back(Runnable answer) {
    if (mute) {
      return;
    }
    if (host.still()) {
      host.later(() -> back(answer));
      return;
    }
    answered++;
    if (answered == request.parts()) {
      host.over(this);
    }
    switch (fault.fate()) {
      case ANSWERS_LATE ->
          sim().after(request.patience() + GIVEN_UP, "late, " + request.what(), answer);
      case ANSWERS_TWICE -> {
        answer.run();
        sim().after(host.line().way(), "once more, " + request.what(), answer);
      }
      case ANSWERS_GARBAGE -> end(new CallFault.Unknown("the answer can't be read"));
      default -> answer.run();
    }
  }

  private Simulation sim() {
    return host.line().sim();
  }
}
