package dev.deployclaw.core.ledger;

import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When a change for a while ends. How long it stays counts from its commit, however long it was
 * held before, so its end is written in the transaction that commits it for everybody.
 */
public record TemporaryChangeExpiry(PolicySetReader archive, AgentClock time) {
  /** What is written with a move; nothing but at the commit of a change for a while. */
  public List<Write> with(ChangeExecution next) throws InterruptedException {
    if (!(next.state() instanceof ChangeState.Committed)) {
      return List.of();
    }
    return archive.provenance(next.epoch()).committed(next.id(), time.instant()).stream()
        .<Write>map(known -> new Write.Put(StoreKeys.provenance(next.epoch()), known.bytes()))
        .toList();
  }

  /** When it was to end, if that is past. */
  public Optional<Instant> over(ChangeExecution x) throws InterruptedException {
    var now = time.instant();
    return archive.provenance(x.epoch()).until(x.id()).filter(end -> !end.isAfter(now));
  }
}
