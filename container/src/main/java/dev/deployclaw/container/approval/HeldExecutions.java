package dev.deployclaw.container.approval;

import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What waits for a person, read once for all channels. Any thread. */
final class HeldExecutions {
  private final Supplier<QueryService> queries;
  private final AgentClock time;
  private final long freshMicros;
  private Optional<Map<String, Version>> last = Optional.empty();
  private long read;

  HeldExecutions(Supplier<QueryService> queries, AgentClock time, Duration fresh) {
    this.queries = queries;
    this.time = time;
    this.freshMicros = fresh.toNanos() / 1000;
  }

  /**
   * By which a card is known to be outdated: a change may be held twice, planned again at its time.
   *
   * @param expires not where it waits for its time, too
   */
  record Version(String plan, boolean expires) {
    boolean isOf(HoldCard card) {
      return card.plan().equals(plan) && expires == (card.untilMillis() != 0);
    }
  }

  /**
   * By id, those that expire first, at most so old; empty where they can't be read.
   *
   * @throws Unreachable when the state store can't be asked
   */
  synchronized Optional<Map<String, Version>> all() throws InterruptedException {
    long now = time.micros();
    if (last.isEmpty() || now - read >= freshMicros) {
      last = look();
      read = now;
    }
    return last;
  }

  private Optional<Map<String, Version>> look() throws InterruptedException {
    var status = queries.get().storeStatus();
    if (status.exit() != ExitCode.OK) {
      return Optional.empty();
    }
    var out = new LinkedHashMap<String, Version>();
    for (PendingApproval held : status.waiting()) {
      out.put(held.id(), new Version(held.planHash(), true));
    }
    status.scheduled().entries().stream()
        .filter(s -> s.hold().isPresent() && s.approvedBy().isEmpty())
        .flatMap(s -> s.pending().stream())
        .forEach(p -> out.putIfAbsent(p.id(), new Version(p.planHash(), false)));
    return Optional.of(Collections.unmodifiableMap(out));
  }
}
