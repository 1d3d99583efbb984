package dev.deployclaw.core.ledger;

import dev.deployclaw.core.call.PolicySetCache;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.overlay.PolicyProvenance;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;
import java.util.Optional;

/**
 * Reads policy sets and observations back: from the state store, and where its chunks are gone from
 * the checkpoint's object alone. Believes nothing whose hash isn't the expected one.
 */
public record PolicySetReader(StateStore state, ObjectStore objects, PolicySetCache sets) {
  /** What an execution carries, or why it can't be told. */
  public sealed interface Loaded {
    record Ready(ChangeContent content) implements Loaded {}

    record Missing(String reason) implements Loaded {}
  }

  /** The set that lies in the state store for an epoch; empty when it is missing or damaged. */
  public Optional<PolicySet> stored(long epoch, String digest) throws InterruptedException {
    return sets.read(state, epoch, promised -> promised.equals(digest));
  }

  /** The same, with any digest. */
  public Optional<PolicySet> stored(long epoch) throws InterruptedException {
    return sets.read(state, epoch, _ -> true);
  }

  Optional<PolicySet> stored(CommittedEpoch.Candidate candidate) throws InterruptedException {
    return stored(candidate.epoch(), candidate.digest());
  }

  /** Where an epoch's policies come from; nothing where nothing is kept of it. */
  public PolicyProvenance provenance(long epoch) throws InterruptedException {
    return state
        .get(StoreKeys.provenance(epoch))
        .map(e -> PolicyProvenance.read(e.value()))
        .orElse(PolicyProvenance.NONE);
  }

  /** What a rollback to an epoch writes as it opens: that epoch's overlays come back with it. */
  public List<Write> provenanceAgain(long content, long epoch) throws InterruptedException {
    var overlays = provenance(content).withoutApplied();
    return overlays.overlays().isEmpty()
        ? List.of()
        : List.of(new Write.Put(StoreKeys.provenance(epoch), overlays.bytes()));
  }

  /** What is committed: nothing before the first change; empty when it can't be read. */
  public Optional<PolicySet> committed(BaseEpoch base) throws InterruptedException {
    return base.epoch() == 0
        ? Optional.of(PolicySet.EMPTY)
        : stored(base.epoch(), base.digest()).or(() -> unmanaged(base));
  }

  /** After a rollback to epoch 0 nothing is managed, whether or not that is stored. */
  private static Optional<PolicySet> unmanaged(BaseEpoch base) {
    return Optional.of(PolicySet.EMPTY).filter(s -> s.digest().equals(base.digest()));
  }

  /** The set that an execution replaced: from the state store, or its checkpoint's object. */
  public Optional<PolicySet> before(ChangeExecution x) throws InterruptedException {
    return previous(x);
  }

  /** A checkpoint's object, if it can be read and still hashes to its name. */
  public Optional<CheckpointFile> file(Checkpoint checkpoint) throws InterruptedException {
    return switch (objects.read(checkpoint.object())) {
      case ObjectStore.Get.Found(byte[] bytes)
          when CanonicalJson.sha256(bytes).equals(checkpoint.sha256()) ->
          Optional.of(CheckpointFile.read(bytes));
      case ObjectStore.Get.Found _, ObjectStore.Get.Absent _, ObjectStore.Get.Failed _ ->
          Optional.empty();
    };
  }

  /** Puts together what an execution carries, after a restart or for a rollback. */
  public Loaded load(ChangeExecution x) throws InterruptedException {
    var undone = undone(x);
    Optional<CheckpointFile> file = Optional.empty();
    if (x.kind().back() && undone.isPresent()) {
      file = needed(x, undone.get());
    }
    if (x.restores() && file.isEmpty()) {
      return new Loaded.Missing("the state before the first change can't be read");
    }
    var set = x.restores() ? Optional.of(PolicySet.EMPTY) : wanted(x, file);
    if (set.isEmpty()) {
      long epoch = x.state() instanceof ChangeState.Withdrawing ? x.base().epoch() : x.content();
      return new Loaded.Missing("the policy set of epoch " + epoch + " can't be read");
    }
    var previous = previous(x);
    if (x.state().onTrial() && previous.isEmpty()) {
      return new Loaded.Missing("the policy set of epoch " + x.base().epoch() + " can't be read");
    }
    var restores =
        x.restores() ? file.map(CheckpointFile::observation) : Optional.<ObservedState>empty();
    return new Loaded.Ready(new ChangeContent(set.get(), previous, restores));
  }

  /**
   * One that is withdrawn may have lost its own set already, and can end with what stays. Its own
   * tells how long its leases last.
   */
  private Optional<PolicySet> wanted(ChangeExecution x, Optional<CheckpointFile> file)
      throws InterruptedException {
    var own = set(x, file);
    return own.isEmpty() && x.state() instanceof ChangeState.Withdrawing ? previous(x) : own;
  }

  /** The execution that a rollback undoes. */
  private Optional<ChangeExecution> undone(ChangeExecution x) throws InterruptedException {
    if (x.undoes().isEmpty()) {
      return Optional.empty();
    }
    return state.get(StoreKeys.change(x.undoes().get())).map(e -> ChangeExecution.read(e.value()));
  }

  /** The object is only read when it is needed: a rollback must work without the object store. */
  private Optional<CheckpointFile> needed(ChangeExecution x, ChangeExecution undone)
      throws InterruptedException {
    if (undone.checkpoint().isEmpty()) {
      return Optional.empty();
    }
    boolean stored = !x.restores() && stored(x.content(), x.digest()).isPresent();
    return stored ? Optional.empty() : file(undone.checkpoint().get());
  }

  private Optional<PolicySet> set(ChangeExecution x, Optional<CheckpointFile> file)
      throws InterruptedException {
    var own = stored(x.epoch(), x.digest());
    if (own.isPresent()) {
      return own;
    }
    var predecessor = stored(x.content(), x.digest());
    return predecessor.isPresent()
        ? predecessor
        : file.flatMap(CheckpointFile::set).filter(s -> s.digest().equals(x.digest()));
  }

  private Optional<PolicySet> previous(ChangeExecution x) throws InterruptedException {
    if (x.base().epoch() == 0) {
      return Optional.empty();
    }
    var there = stored(x.base().epoch(), x.base().digest());
    if (there.isPresent() || x.checkpoint().isEmpty()) {
      return there;
    }
    return file(x.checkpoint().get())
        .flatMap(CheckpointFile::set)
        .filter(s -> s.digest().equals(x.base().digest()));
  }
}
