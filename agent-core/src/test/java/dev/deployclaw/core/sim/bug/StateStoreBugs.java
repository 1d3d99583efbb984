package dev.deployclaw.core.sim.bug;

import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.sim.engine.BugInjector.Site;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.wire.StoredPolicySet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The planted bugs that sit between the agent and the state store. */
final class StateStoreBugs {
  private static final String AUDIT = "audit";

  private StateStoreBugs() {}

  static StateStoreTap withoutTerm() {
    return sending(t -> StateStoreTap.without(t, StoreKeys.TERM::equals));
  }

  /** As if one asked the store for the term right before each write, and had no other lead. */
  static StateStoreTap leadReadAgain(Site site) {
    return sending(t -> {
      Predicate<String> lead = k -> k.equals(StoreKeys.TERM) || k.equals(StoreKeys.LEADER);
      var conditions = new ArrayList<>(StateStoreTap.without(t, lead).conditions());
      site.world()
          .store
          .get(StoreKeys.TERM)
          .ifPresent(e -> conditions.add(new Condition.Holds(StoreKeys.TERM, e.value())));
      if (conditions.stream().noneMatch(c -> StateStoreTap.key(c).equals(StoreKeys.TERM))) {
        conditions.add(new Condition.Absent(StoreKeys.TERM));
      }
      return new Transaction(conditions, t.writes());
    });
  }

  static StateStoreTap withoutBase() {
    return sending(t -> StateStoreTap.without(t, StoreKeys.ACTIVE::equals));
  }

  static StateStoreTap activeRemembered(Site site) {
    return new StateStoreTap() {
      @Override
      public Optional<Entry> read(String key, Optional<Entry> there) {
        if (!key.equals(StoreKeys.ACTIVE)) {
          return there;
        }
        there.ifPresent(e -> site.memory().putIfAbsent(key, e));
        return Optional.ofNullable((Entry) site.memory().get(key));
      }

      @Override
      public Transaction sent(Transaction t) {
        return StateStoreTap.without(t, StoreKeys.ACTIVE::equals);
      }
    };
  }

  static StateStoreTap openUnseen() {
    return new StateStoreTap() {
      @Override
      public Optional<Entry> read(String key, Optional<Entry> there) {
        return key.equals(StoreKeys.OPEN) ? Optional.empty() : there;
      }

      @Override
      public Transaction sent(Transaction t) {
        return StateStoreTap.without(t, StoreKeys.OPEN::equals);
      }
    };
  }

  /** One process hears of the key once. */
  static StateStoreTap openWatched() {
    var heard = new ArrayList<Optional<Entry>>();
    return new StateStoreTap() {
      @Override
      public Optional<Entry> read(String key, Optional<Entry> there) {
        if (!key.equals(StoreKeys.OPEN)) {
          return there;
        }
        heard.add(there);
        return heard.getFirst();
      }
    };
  }

  static StateStoreTap openReleasedEarly() {
    return sending(t -> {
      var loose = StateStoreTap.without(t, StoreKeys.OPEN::equals);
      var writes = new ArrayList<>(StateStoreTap.dropping(loose, StoreKeys.OPEN::equals).writes());
      if (StateStoreTap.write(t, StoreKeys.ACTIVE).isPresent()) {
        writes.add(new Write.Delete(StoreKeys.OPEN));
      } else {
        StateStoreTap.write(t, StoreKeys.OPEN).ifPresent(writes::add);
      }
      return new Transaction(loose.conditions(), writes);
    });
  }

  /** What a compensation does to {@code open} as it ends. */
  static StateStoreTap openDeleted() {
    return sending(t -> {
      boolean ends =
          change(t)
              .filter(x -> x.kind() == ChangeKind.COMPENSATION && x.state().over())
              .isPresent();
      if (!ends || StateStoreTap.write(t, StoreKeys.OPEN).isEmpty()) {
        return t;
      }
      var writes = new ArrayList<>(StateStoreTap.dropping(t, StoreKeys.OPEN::equals).writes());
      writes.add(new Write.Delete(StoreKeys.OPEN));
      return new Transaction(t.conditions(), writes);
    });
  }

  static StateStoreTap withoutFreeze() {
    return sending(t -> StateStoreTap.without(t, StoreKeys.FREEZE::equals));
  }

  static StateStoreTap epochReused() {
    return sending(t -> {
      var x = change(t).filter(c -> c.state() instanceof ChangeState.Aborted);
      if (x.isEmpty()) {
        return t;
      }
      var writes = new ArrayList<>(t.writes());
      byte[] before = Long.toString(x.get().epoch() - 1).getBytes(StandardCharsets.UTF_8);
      writes.add(new Write.Put(StoreKeys.EPOCH, before));
      return new Transaction(t.conditions(), writes);
    });
  }

  static StateStoreTap checkpointLate(Site site) {
    return sending(t -> {
      var marker = StateStoreTap.write(t, StoreKeys.CHECKPOINTS).filter(_ -> !commits(t));
      marker.ifPresent(m -> site.memory().put(StateStoreTap.key(m), m));
      var loose = StateStoreTap.without(t, k -> k.startsWith(StoreKeys.CHECKPOINTS));
      if (!commits(t)) {
        return StateStoreTap.dropping(loose, k -> k.startsWith(StoreKeys.CHECKPOINTS));
      }
      var writes = new ArrayList<>(loose.writes());
      change(t)
          .map(x -> (Write) site.memory().get(StoreKeys.checkpoint(x.epoch())))
          .ifPresent(writes::add);
      return new Transaction(loose.conditions(), writes);
    });
  }

  static StateStoreTap commitRepeated() {
    return answering((t, result, store) ->
        commits(t) && result instanceof Result.Unknown
            ? store.transact(
                StateStoreTap.without(
                    t, k -> !k.equals(StoreKeys.TERM) && !k.equals(StoreKeys.LEADER)))
            : result);
  }

  static StateStoreTap commitBelieved() {
    return answering((t, result, store) ->
        commits(t) && result instanceof Result.Unknown ? new Result.Applied(0) : result);
  }

  static StateStoreTap committedUndone() {
    return pretending(x ->
        x.state() instanceof ChangeState.Committed || x.state() instanceof ChangeState.Published
            ? new ChangeState.Cleared("auto")
            : x.state());
  }

  static StateStoreTap presumedCommit() {
    return pretending(x ->
        x.state() instanceof ChangeState.Staged
                || x.state() instanceof ChangeState.Prepared
                || x.state() instanceof ChangeState.Cleared
            ? new ChangeState.Committed()
            : x.state());
  }

  static StateStoreTap recordBeside() {
    return new StateStoreTap() {
      @Override
      public Transaction sent(Transaction t) {
        return change(t).isPresent() ? StateStoreTap.dropping(t, k -> k.startsWith(AUDIT)) : t;
      }

      @Override
      public Result answered(Transaction t, Result result, StateStore store)
          throws InterruptedException {
        if (result instanceof Result.Applied && change(t).isPresent()) {
          var lead =
              StateStoreTap.without(
                  t, k -> !k.equals(StoreKeys.TERM) && !k.equals(StoreKeys.LEADER));
          store.transact(StateStoreTap.dropping(lead, k -> !k.startsWith(AUDIT)));
        }
        return result;
      }
    };
  }

  static StateStoreTap linkBeside() {
    Predicate<String> chain =
        k -> k.startsWith(StoreKeys.CHAIN_HEAD) || k.startsWith(StoreKeys.CHAIN);
    return new StateStoreTap() {
      @Override
      public Transaction sent(Transaction t) {
        return links(t) ? StateStoreTap.dropping(t, k -> chain.test(k) || waits(k)) : t;
      }

      @Override
      public Result answered(Transaction t, Result result, StateStore store)
          throws InterruptedException {
        if (result instanceof Result.Applied && links(t)) {
          store.transact(StateStoreTap.dropping(t, k -> !chain.test(k) && !waits(k)));
        }
        return result;
      }
    };
  }

  static StateStoreTap withoutChain() {
    return sending(t -> StateStoreTap.without(t, k -> k.equals(StoreKeys.CHAIN_HEAD)));
  }

  private static boolean links(Transaction t) {
    return t.writes().stream().anyMatch(w -> StateStoreTap.key(w).equals(StoreKeys.CHAIN_HEAD));
  }

  private static boolean waits(String key) {
    return key.startsWith(StoreKeys.CHAIN_WAITING);
  }

  static StateStoreTap heldCollected(Site site) {
    return answering((t, result, store) -> {
      change(t)
          .filter(x -> x.state() instanceof ChangeState.Held)
          .ifPresent(x ->
              site.world()
                  .store
                  .list(StoredPolicySet.prefix(x.epoch()))
                  .forEach(e -> site.world().store.delete(e.key())));
      return result;
    });
  }

  private static boolean commits(Transaction t) {
    return t.writes().stream().anyMatch(w -> StateStoreTap.key(w).equals(StoreKeys.ACTIVE));
  }

  private static Optional<ChangeExecution> change(Transaction t) {
    return StateStoreTap.write(t, StoreKeys.CHANGES)
        .filter(Write.Put.class::isInstance)
        .map(w -> ChangeExecution.read(((Write.Put) w).value()));
  }

  private static StateStoreTap sending(UnaryOperator<Transaction> alter) {
    return new StateStoreTap() {
      @Override
      public Transaction sent(Transaction t) {
        return alter.apply(t);
      }
    };
  }

  private interface Answer {
    Result to(Transaction t, Result result, StateStore store) throws InterruptedException;
  }

  private static StateStoreTap answering(Answer alter) {
    return new StateStoreTap() {
      @Override
      public Result answered(Transaction t, Result result, StateStore store)
          throws InterruptedException {
        return alter.to(t, result, store);
      }
    };
  }

  private interface Pretence {
    ChangeState of(ChangeExecution x);
  }

  /** A change is read in another state than it is in. */
  private static StateStoreTap pretending(Pretence pretence) {
    return new StateStoreTap() {
      @Override
      public Optional<Entry> read(String key, Optional<Entry> there) {
        return key.startsWith(StoreKeys.CHANGES) ? there.map(e -> pretended(e, pretence)) : there;
      }
    };
  }

  private static Entry pretended(Entry e, Pretence pretence) {
    var x = ChangeExecution.read(e.value());
    var other =
        new ChangeExecution(
            x.id(),
            x.log(),
            x.kind(),
            x.epoch(),
            x.content(),
            x.base(),
            x.digest(),
            x.planHash(),
            x.requester(),
            x.undoes(),
            x.rollout(),
            x.followed(),
            x.checkpoint(),
            x.approval(),
            x.leftOut(),
            x.turn(),
            pretence.of(x));
    return new Entry(e.key(), other.bytes(), e.createRevision(), e.modRevision());
  }
}
