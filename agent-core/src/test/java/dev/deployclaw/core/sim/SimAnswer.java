package dev.deployclaw.core.sim;

import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** An outcome that comes by the simulation's events: whoever waits for it lets them happen. */
final class SimAnswer implements Future<Outcome> {
  private final Line line;
  private final List<? extends Slot<?>> slots;
  private final Supplier<Outcome> outcome;
  private final BooleanSupplier told;

  private SimAnswer(
      Line line, List<? extends Slot<?>> slots, Supplier<Outcome> outcome, BooleanSupplier told) {
    this.line = line;
    this.slots = slots;
    this.outcome = outcome;
    this.told = told;
  }

  /** What one member says. */
  record Part(String member, Slot<Report> slot) {
    Report report() {
      return slot.arrived() ? slot.value() : Report.unknown(member, "no answer");
    }
  }

  /** The answer of a back end that speaks as one. */
  static SimAnswer whole(Line line, Slot<Outcome> slot) {
    return new SimAnswer(line, List.of(slot), slot::value, slot::arrived);
  }

  /** The answers of its members; who doesn't answer is unknown. */
  static SimAnswer of(Line line, List<Part> parts) {
    return new SimAnswer(
        line,
        parts.stream().map(Part::slot).toList(),
        () -> Outcome.done(parts.stream().map(Part::report).toList()),
        () -> true);
  }

  @Override
  public Outcome get(long timeout, TimeUnit unit) throws TimeoutException {
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
  public Outcome get() {
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

  @Override
  public boolean isDone() {
    return slots.stream().allMatch(Slot::arrived);
  }
}
