package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.spi.StateStore.Write;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When a change for a while ends. How long it stays counts from its commit, however long it was
 * held before, so its end is written in the transaction that commits it for everybody.
 */
final class Lasting {
  private final Archive archive;
  private final Time time;

  Lasting(Archive archive, Time time) {
    this.archive = archive;
    this.time = time;
  }

  /** What is written with a move; nothing but at the commit of a change for a while. */
  List<Write> with(Execution next) throws InterruptedException {
    if (!(next.state() instanceof State.Committed)) {
      return List.of();
    }
    return archive.provenance(next.epoch()).committed(next.id(), time.instant()).stream()
        .<Write>map(known -> new Write.Put(Keys.provenance(next.epoch()), known.bytes()))
        .toList();
  }

  /** When it was to end, if that is past. */
  Optional<Instant> over(Execution x) throws InterruptedException {
    var now = time.instant();
    return archive.provenance(x.epoch()).until(x.id()).filter(end -> !end.isAfter(now));
  }
}
