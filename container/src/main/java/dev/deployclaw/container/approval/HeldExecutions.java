package dev.deployclaw.container.approval;

import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.schedule.ScheduledChange;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What waits for a person, read once for all channels. Any thread. */
final class HeldExecutions {
  private final Supplier<QueryService> queries;
  private final AgentClock time;
  private final long freshMicros;
  private Optional<Set<String>> last = Optional.empty();
  private long read;

  HeldExecutions(Supplier<QueryService> queries, AgentClock time, Duration fresh) {
    this.queries = queries;
    this.time = time;
    this.freshMicros = fresh.toNanos() / 1000;
  }

  /**
   * Their ids, at most so old; empty where they can't be read.
   *
   * @throws Unreachable when the state store can't be asked
   */
  synchronized Optional<Set<String>> ids() throws InterruptedException {
    long now = time.micros();
    if (last.isEmpty() || now - read >= freshMicros) {
      last = look();
      read = now;
    }
    return last;
  }

  private Optional<Set<String>> look() throws InterruptedException {
    var asked = queries.get();
    var status = asked.storeStatus();
    if (status.exit() != ExitCode.OK) {
      return Optional.empty();
    }
    var ids = new LinkedHashSet<String>();
    status.waiting().stream().map(PendingApproval::id).forEach(ids::add);
    asked.scheduled().entries().stream()
        .filter(s -> s.hold().isPresent() && s.approvedBy().isEmpty())
        .map(ScheduledChange::id)
        .forEach(ids::add);
    return Optional.of(Collections.unmodifiableSet(ids));
  }
}
