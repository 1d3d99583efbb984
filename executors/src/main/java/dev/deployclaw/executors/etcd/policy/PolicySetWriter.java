package dev.deployclaw.executors.etcd.policy;

import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.executors.etcd.WriteBatches;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.wire.StoredPolicySet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes and removes policy sets. Every transaction compares {@code term} with the caller's, and
 * the manifest comes last, so a set without one was never staged.
 */
record PolicySetWriter(StateStore store) {
  /** How often a stage starts again after a lost answer or a change under its hands. */
  private static final int MOST_TRIES = 3;

  /** Idempotent by (epoch, digest): what is there already is left alone. */
  CallOutcome stage(EpochSpec activation, FencingToken fence) throws InterruptedException {
    byte[] bytes = activation.set().bytes();
    if (!CanonicalJson.sha256(bytes).equals(activation.digest())) {
      return CallOutcome.failed(new CallFault.Invalid("the set doesn't match its digest"));
    }
    StoredPolicySet stored = StoredPolicySet.encode(bytes, activation.digest());
    Result last = new Result.Refused();
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      var manifest = store.get(StoredPolicySet.manifestKey(activation.epoch()));
      var there = manifest.map(m -> StoredPolicySet.Manifest.parse(m.value()).digest());
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
  CallOutcome discard(long epoch, FencingToken fence) throws InterruptedException {
    Result last = new Result.Refused();
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      var active = ActiveEpochEntry.read(store);
      if (active.isPresent() && active.get().names(epoch)) {
        return conflict("epoch " + epoch + " is active, its predecessor or its candidate");
      }
      var owner = owner(epoch);
      if (owner.filter(o -> needs(o.execution())).isPresent()) {
        return conflict("epoch " + epoch + " is needed by " + owner.get().execution().id());
      }
      List<Write> removals =
          WriteBatches.removals(
              store, StoredPolicySet.prefix(epoch), StoredPolicySet.manifestKey(epoch));
      if (removals.isEmpty()) {
        return PolicyStoreExecutor.one(
            MemberReport.yes(PolicyStoreExecutor.MEMBER, "", Map.of("removed", 0L)));
      }
      last = write(removals, guard(fence, active, owner));
      if (last instanceof Result.Applied) {
        return PolicyStoreExecutor.one(
            MemberReport.yes(
                PolicyStoreExecutor.MEMBER, "", Map.of("removed", (long) removals.size())));
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
  private Optional<StoredExecution> owner(long epoch) throws InterruptedException {
    var marker = store.get(StoreKeys.checkpoint(epoch));
    var marked =
        marker.isPresent()
            ? store.get(StoreKeys.change(Checkpoint.change(marker.get().value())))
            : Optional.<Entry>empty();
    var owner = marked.map(StoredExecution::read).filter(s -> s.execution().epoch() == epoch);
    return owner.isPresent() ? owner : amongAll(epoch);
  }

  private Optional<StoredExecution> amongAll(long epoch) throws InterruptedException {
    return store.list(StoreKeys.CHANGES).stream()
        .map(StoredExecution::read)
        .filter(s -> s.execution().epoch() == epoch)
        .findFirst();
  }

  /** Held or under way; one that is being given up lets go of it. */
  private static boolean needs(ChangeExecution x) {
    boolean letsGo =
        x.state() instanceof ChangeState.Aborting || x.state() instanceof ChangeState.Withdrawing;
    return !x.state().over() && !letsGo;
  }

  /** What makes the removal right, compared in the transactions that do it. */
  private static List<Condition> guard(
      FencingToken fence, Optional<ActiveEpochEntry> active, Optional<StoredExecution> owner) {
    List<Condition> all = new ArrayList<>(List.of(term(fence)));
    all.add(
        active
            .<Condition>map(a -> new Condition.Unmoved(ActiveEpochEntry.KEY, a.revision()))
            .orElse(new Condition.Absent(ActiveEpochEntry.KEY)));
    owner.ifPresent(
        o -> all.add(new Condition.Unmoved(StoreKeys.change(o.execution().id()), o.revision())));
    return all;
  }

  private boolean whole(long epoch) throws InterruptedException {
    try {
      return PolicyStoreExecutor.read(store, epoch).isPresent();
    } catch (StoredPolicySet.DamagedSetException e) {
      return false;
    }
  }

  private Result write(List<Write> writes, List<Condition> conditions) throws InterruptedException {
    Result last = new Result.Refused();
    for (List<Write> batch : WriteBatches.of(writes)) {
      last = store.transact(new Transaction(conditions, batch));
      if (!(last instanceof Result.Applied)) {
        return last;
      }
    }
    return last;
  }

  /** Chunks in order, then the manifest. */
  private static List<Write> writes(long epoch, StoredPolicySet stored) {
    List<Write> writes = new ArrayList<>();
    for (int i = 0; i < stored.chunks().size(); i++) {
      writes.add(new Write.Put(StoredPolicySet.chunkKey(epoch, i), stored.chunks().get(i)));
    }
    writes.add(new Write.Put(StoredPolicySet.manifestKey(epoch), stored.manifest()));
    return writes;
  }

  private static List<Condition> guard(
      FencingToken fence, Optional<Entry> manifest, EpochSpec activation) {
    String key = StoredPolicySet.manifestKey(activation.epoch());
    return List.of(term(fence), Condition.unmoved(key, manifest));
  }

  private static Condition term(FencingToken fence) {
    return new Condition.Holds(
        "term", Long.toString(fence.term()).getBytes(StandardCharsets.UTF_8));
  }

  private boolean overtaken(FencingToken fence) throws InterruptedException {
    return store
        .get("term")
        .map(t -> !new String(t.value(), StandardCharsets.UTF_8).equals("" + fence.term()))
        .orElse(true);
  }

  private static CallOutcome staged(EpochSpec activation, StoredPolicySet stored) {
    long bytes = stored.chunks().stream().mapToLong(c -> c.length).sum();
    return PolicyStoreExecutor.one(
        MemberReport.yes(
            PolicyStoreExecutor.MEMBER,
            activation.digest(),
            Map.of("chunks", (long) stored.chunks().size(), "compressed_bytes", bytes)));
  }

  private static CallOutcome conflict(String reason) {
    return CallOutcome.failed(new CallFault.Conflict(reason));
  }

  private static CallOutcome unsettled(Result last) {
    return CallOutcome.failed(
        switch (last) {
          case Result.Unknown(String reason) -> new CallFault.Unknown(reason);
          case Result.Refused() -> new CallFault.Conflict("another agent writes the same epoch");
          case Result.Applied(long revision) ->
              throw new IllegalStateException("applied at " + revision);
        });
  }
}
