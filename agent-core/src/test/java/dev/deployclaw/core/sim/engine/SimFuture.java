package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** An outcome that comes by the simulation's events: whoever waits for it lets them happen. */
public final class SimFuture implements Future<CallOutcome> {
  private final SimLink line;
  private final List<? extends AnswerSlot<?>> slots;
  private final Supplier<CallOutcome> outcome;
  private final BooleanSupplier told;

  private SimFuture(
      SimLink line,
      List<? extends AnswerSlot<?>> slots,
      Supplier<CallOutcome> outcome,
      BooleanSupplier told) {
    this.line = line;
    this.slots = slots;
    this.outcome = outcome;
    this.told = told;
  }

  /** What one member says. */
  record Part(String member, AnswerSlot<MemberReport> slot) {
    MemberReport report() {
      return slot.arrived() ? slot.value() : MemberReport.unknown(member, "no answer");
    }
  }

  /** The answer of a back end that speaks as one. */
  static SimFuture whole(SimLink line, AnswerSlot<CallOutcome> slot) {
    return new SimFuture(line, List.of(slot), slot::value, slot::arrived);
  }

  /** The answers of its members, unless it ends as a whole; who doesn't answer is unknown. */
  static SimFuture of(SimLink line, List<Part> parts, HostCall call) {
    return new SimFuture(
        line,
        parts.stream().map(Part::slot).toList(),
        () ->
            call.ended()
                .map(CallOutcome::failed)
                .orElseGet(() -> CallOutcome.done(parts.stream().map(Part::report).toList())),
        () -> true);
  }

  @Override
  public CallOutcome get(long timeout, TimeUnit unit) throws TimeoutException {
    long until = line.sim().now() + unit.toMicros(timeout);
    for (var slot : slots) {
      line.sim().await(line.actor(), slot, Math.max(0, until - line.sim().now()));
    }
    if (!told.getAsBoolean()) {
      throw new TimeoutException("no answer");
    }
    return outcome.get();
  }

  @Override
  public CallOutcome get() {
    throw new UnsupportedOperationException("every wait is bounded");
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return false;
  }

  @Override
  public boolean isCancelled() {
    return false;
  }

  /** Whether an answer came a second time. */
  public boolean cameAgain() {
    return slots.stream().anyMatch(AnswerSlot::cameAgain);
  }

  @Override
  public boolean isDone() {
    return slots.stream().allMatch(AnswerSlot::arrived);
  }
}
