package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.machine.Stored;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.policy.wire.StoredSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes and removes policy sets. Every transaction compares {@code term} with the caller's, and
 * the manifest comes last, so a set without one was never staged.
 */
final class SetWriter {
  /** How often a stage starts again after a lost answer or a change under its hands. */
  private static final int MOST_TRIES = 3;

  private final StateStore store;

  SetWriter(StateStore store) {
    this.store = store;
  }

  /** Idempotent by (epoch, digest): what is there already is left alone. */
  Outcome stage(Activation activation, Fence fence) throws InterruptedException {
    byte[] bytes = activation.set().bytes();
    if (!Canonical.sha256(bytes).equals(activation.digest())) {
      return Outcome.failed(new Fault.Invalid("the set isn't the one that its digest names"));
    }
    StoredSet stored = StoredSet.encode(bytes, activation.digest());
    Result last = new Result.Refused();
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      var manifest = store.get(StoredSet.manifestKey(activation.epoch()));
      var there = manifest.map(m -> StoredSet.Manifest.parse(m.value()).digest());
      if (there.isPresent() && !there.get().equals(activation.digest())) {
        return conflict("epoch " + activation.epoch() + " holds another set: " + there.get());
      }
      if (there.isPresent() && whole(activation.epoch())) {
        return staged(activation, stored);
      }
      last = write(writes(activation.epoch(), stored), guard(fence, manifest, activation));
      if (last instanceof Result.Applied) {
        return staged(activation, stored);
      }
      if (overtaken(fence)) {
        return conflict("the term is no longer " + fence.term());
      }
    }
    return unsettled(last);
  }

  /** Removes an epoch that {@code active} doesn't name: nor as predecessor, nor as candidate. */
  Outcome discard(long epoch, Fence fence) throws InterruptedException {
    Result last = new Result.Refused();
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      var active = Active.read(store);
      if (active.isPresent() && active.get().names(epoch)) {
        return conflict("epoch " + epoch + " is active, its predecessor or its candidate");
      }
      var owner = owner(epoch);
      if (owner.filter(o -> needs(o.execution())).isPresent()) {
        return conflict("epoch " + epoch + " is needed by " + owner.get().execution().id());
      }
      List<Write> removals =
          Batches.removals(store, StoredSet.prefix(epoch), StoredSet.manifestKey(epoch));
      if (removals.isEmpty()) {
        return PolicyStore.one(Report.yes(PolicyStore.MEMBER, "", Map.of("removed", 0L)));
      }
      last = write(removals, guard(fence, active, owner));
      if (last instanceof Result.Applied) {
        return PolicyStore.one(
            Report.yes(PolicyStore.MEMBER, "", Map.of("removed", (long) removals.size())));
      }
      if (overtaken(fence)) {
        return conflict("the term is no longer " + fence.term());
      }
    }
    return unsettled(last);
  }

  /**
   * The change to which an epoch was given, as the marker of its checkpoint says: nothing is staged
   * without one. What was never staged has few leftovers, and they are looked for among all.
   */
  private Optional<Stored> owner(long epoch) throws InterruptedException {
    var marker = store.get(Keys.checkpoint(epoch));
    var marked =
        marker.isPresent()
            ? store.get(Keys.change(Checkpoint.change(marker.get().value())))
            : Optional.<Entry>empty();
    var owner = marked.map(SetWriter::stored).filter(s -> s.execution().epoch() == epoch);
    return owner.isPresent() ? owner : amongAll(epoch);
  }

  private Optional<Stored> amongAll(long epoch) throws InterruptedException {
    return store.list(Keys.CHANGES).stream()
        .map(SetWriter::stored)
        .filter(s -> s.execution().epoch() == epoch)
        .findFirst();
  }

  private static Stored stored(Entry change) {
    return new Stored(Execution.read(change.value()), change.modRevision());
  }

  /** Held or under way; one that is being given up lets go of it. */
  private static boolean needs(Execution x) {
    boolean letsGo = x.state() instanceof State.Aborting || x.state() instanceof State.Withdrawing;
    return !x.state().over() && !letsGo;
  }

  /** What makes the removal right, compared in the transactions that do it. */
  private static List<Condition> guard(
      Fence fence, Optional<Active> active, Optional<Stored> owner) {
    List<Condition> all = new ArrayList<>(List.of(term(fence)));
    all.add(
        active
            .<Condition>map(a -> new Condition.Unmoved(Active.KEY, a.revision()))
            .orElse(new Condition.Absent(Active.KEY)));
    owner.ifPresent(
        o -> all.add(new Condition.Unmoved(Keys.change(o.execution().id()), o.revision())));
    return all;
  }

  private boolean whole(long epoch) throws InterruptedException {
    try {
      return PolicyStore.read(store, epoch).isPresent();
    } catch (StoredSet.Damaged e) {
      return false;
    }
  }

  private Result write(List<Write> writes, List<Condition> conditions) throws InterruptedException {
    Result last = new Result.Refused();
    for (List<Write> batch : Batches.of(writes)) {
      last = store.transact(new Transaction(conditions, batch));
      if (!(last instanceof Result.Applied)) {
        return last;
      }
    }
    return last;
  }

  /** Chunks in order, then the manifest. */
  private static List<Write> writes(long epoch, StoredSet stored) {
    List<Write> writes = new ArrayList<>();
    for (int i = 0; i < stored.chunks().size(); i++) {
      writes.add(new Write.Put(StoredSet.chunkKey(epoch, i), stored.chunks().get(i)));
    }
    writes.add(new Write.Put(StoredSet.manifestKey(epoch), stored.manifest()));
    return writes;
  }

  private static List<Condition> guard(
      Fence fence, Optional<Entry> manifest, Activation activation) {
    String key = StoredSet.manifestKey(activation.epoch());
    return List.of(term(fence), Condition.unmoved(key, manifest));
  }

  private static Condition term(Fence fence) {
    return new Condition.Holds(
        "term", Long.toString(fence.term()).getBytes(StandardCharsets.UTF_8));
  }

  private boolean overtaken(Fence fence) throws InterruptedException {
    return store
        .get("term")
        .map(t -> !new String(t.value(), StandardCharsets.UTF_8).equals("" + fence.term()))
        .orElse(true);
  }

  private static Outcome staged(Activation activation, StoredSet stored) {
    long bytes = stored.chunks().stream().mapToLong(c -> c.length).sum();
    return PolicyStore.one(
        Report.yes(
            PolicyStore.MEMBER,
            activation.digest(),
            Map.of("chunks", (long) stored.chunks().size(), "compressed_bytes", bytes)));
  }

  private static Outcome conflict(String reason) {
    return Outcome.failed(new Fault.Conflict(reason));
  }

  private static Outcome unsettled(Result last) {
    return Outcome.failed(
        switch (last) {
          case Result.Unknown(String reason) -> new Fault.Unknown(reason);
          case Result.Refused() -> new Fault.Conflict("others write the same epoch");
          case Result.Applied(long revision) ->
              throw new IllegalStateException("applied at " + revision);
        });
  }
}
