package dev.deployclaw.core.sim;

import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.Kind;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.sim.Defect.Site;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.policy.wire.StoredSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The planted bugs that sit between the agent and the state store. */
final class StateTaps {
  private static final String AUDIT = "audit";

  private StateTaps() {}

  static Tap withoutTerm() {
    return sending(t -> Tap.without(t, Keys.TERM::equals));
  }

  /** As if one asked the store for the term right before each write, and had no other lead. */
  static Tap leadReadAgain(Site site) {
    return sending(t -> {
      Predicate<String> lead = k -> k.equals(Keys.TERM) || k.equals(Keys.LEADER);
      var conditions = new ArrayList<>(Tap.without(t, lead).conditions());
      site.world()
          .store
          .get(Keys.TERM)
          .ifPresent(e -> conditions.add(new Condition.Holds(Keys.TERM, e.value())));
      if (conditions.stream().noneMatch(c -> Tap.key(c).equals(Keys.TERM))) {
        conditions.add(new Condition.Absent(Keys.TERM));
      }
      return new Transaction(conditions, t.writes());
    });
  }

  static Tap withoutBase() {
    return sending(t -> Tap.without(t, Keys.ACTIVE::equals));
  }

  static Tap activeRemembered(Site site) {
    return new Tap() {
      @Override
      public Optional<Entry> read(String key, Optional<Entry> there) {
        if (!key.equals(Keys.ACTIVE)) {
          return there;
        }
        there.ifPresent(e -> site.memory().putIfAbsent(key, e));
        return Optional.ofNullable((Entry) site.memory().get(key));
      }

      @Override
      public Transaction sent(Transaction t) {
        return Tap.without(t, Keys.ACTIVE::equals);
      }
    };
  }

  static Tap openUnseen() {
    return new Tap() {
      @Override
      public Optional<Entry> read(String key, Optional<Entry> there) {
        return key.equals(Keys.OPEN) ? Optional.empty() : there;
      }

      @Override
      public Transaction sent(Transaction t) {
        return Tap.without(t, Keys.OPEN::equals);
      }
    };
  }

  /** One process hears of the key once. */
  static Tap openWatched() {
    var heard = new ArrayList<Optional<Entry>>();
    return new Tap() {
      @Override
      public Optional<Entry> read(String key, Optional<Entry> there) {
        if (!key.equals(Keys.OPEN)) {
          return there;
        }
        heard.add(there);
        return heard.getFirst();
      }
    };
  }

  static Tap openReleasedEarly() {
    return sending(t -> {
      var loose = Tap.without(t, Keys.OPEN::equals);
      var writes = new ArrayList<>(Tap.dropping(loose, Keys.OPEN::equals).writes());
      if (Tap.write(t, Keys.ACTIVE).isPresent()) {
        writes.add(new Write.Delete(Keys.OPEN));
      } else {
        Tap.write(t, Keys.OPEN).ifPresent(writes::add);
      }
      return new Transaction(loose.conditions(), writes);
    });
  }

  /** What a compensation does to {@code open} as it ends. */
  static Tap openDeleted() {
    return sending(t -> {
      boolean ends =
          change(t).filter(x -> x.kind() == Kind.COMPENSATION && x.state().over()).isPresent();
      if (!ends || Tap.write(t, Keys.OPEN).isEmpty()) {
        return t;
      }
      var writes = new ArrayList<>(Tap.dropping(t, Keys.OPEN::equals).writes());
      writes.add(new Write.Delete(Keys.OPEN));
      return new Transaction(t.conditions(), writes);
    });
  }

  static Tap withoutFreeze() {
    return sending(t -> Tap.without(t, Keys.FREEZE::equals));
  }

  static Tap epochReused() {
    return sending(t -> {
      var x = change(t).filter(c -> c.state() instanceof State.Aborted);
      if (x.isEmpty()) {
        return t;
      }
      var writes = new ArrayList<>(t.writes());
      byte[] before = Long.toString(x.get().epoch() - 1).getBytes(StandardCharsets.UTF_8);
      writes.add(new Write.Put(Keys.EPOCH, before));
      return new Transaction(t.conditions(), writes);
    });
  }

  static Tap checkpointLate(Site site) {
    return sending(t -> {
      var marker = Tap.write(t, Keys.CHECKPOINTS).filter(_ -> !commits(t));
      marker.ifPresent(m -> site.memory().put(Tap.key(m), m));
      var loose = Tap.without(t, k -> k.startsWith(Keys.CHECKPOINTS));
      if (!commits(t)) {
        return Tap.dropping(loose, k -> k.startsWith(Keys.CHECKPOINTS));
      }
      var writes = new ArrayList<>(loose.writes());
      change(t)
          .map(x -> (Write) site.memory().get(Keys.checkpoint(x.epoch())))
          .ifPresent(writes::add);
      return new Transaction(loose.conditions(), writes);
    });
  }

  static Tap commitRepeated() {
    return answering((t, result, store) ->
        commits(t) && result instanceof Result.Unknown
            ? store.transact(Tap.without(t, k -> !k.equals(Keys.TERM) && !k.equals(Keys.LEADER)))
            : result);
  }

  static Tap commitBelieved() {
    return answering((t, result, store) ->
        commits(t) && result instanceof Result.Unknown ? new Result.Applied(0) : result);
  }

  static Tap committedUndone() {
    return pretending(x ->
        x.state() instanceof State.Committed || x.state() instanceof State.Published
            ? new State.Cleared("auto")
            : x.state());
  }

  static Tap presumedCommit() {
    return pretending(x ->
        x.state() instanceof State.Staged
                || x.state() instanceof State.Prepared
                || x.state() instanceof State.Cleared
            ? new State.Committed()
            : x.state());
  }

  static Tap recordBeside() {
    return new Tap() {
      @Override
      public Transaction sent(Transaction t) {
        return change(t).isPresent() ? Tap.dropping(t, k -> k.startsWith(AUDIT)) : t;
      }

      @Override
      public Result answered(Transaction t, Result result, StateStore store)
          throws InterruptedException {
        if (result instanceof Result.Applied && change(t).isPresent()) {
          var lead = Tap.without(t, k -> !k.equals(Keys.TERM) && !k.equals(Keys.LEADER));
          store.transact(Tap.dropping(lead, k -> !k.startsWith(AUDIT)));
        }
        return result;
      }
    };
  }

  static Tap linkBeside() {
    Predicate<String> chain = k -> k.startsWith(Keys.CHAIN_HEAD) || k.startsWith(Keys.CHAIN);
    return new Tap() {
      @Override
      public Transaction sent(Transaction t) {
        return links(t) ? Tap.dropping(t, k -> chain.test(k) || waits(k)) : t;
      }

      @Override
      public Result answered(Transaction t, Result result, StateStore store)
          throws InterruptedException {
        if (result instanceof Result.Applied && links(t)) {
          store.transact(Tap.dropping(t, k -> !chain.test(k) && !waits(k)));
        }
        return result;
      }
    };
  }

  static Tap withoutChain() {
    return sending(t -> Tap.without(t, k -> k.equals(Keys.CHAIN_HEAD)));
  }

  private static boolean links(Transaction t) {
    return t.writes().stream().anyMatch(w -> Tap.key(w).equals(Keys.CHAIN_HEAD));
  }

  private static boolean waits(String key) {
    return key.startsWith(Keys.CHAIN_WAITING);
  }

  static Tap heldCollected(Site site) {
    return answering((t, result, store) -> {
      change(t)
          .filter(x -> x.state() instanceof State.Held)
          .ifPresent(x ->
              site.world()
                  .store
                  .list(StoredSet.prefix(x.epoch()))
                  .forEach(e -> site.world().store.delete(e.key())));
      return result;
    });
  }

  private static boolean commits(Transaction t) {
    return t.writes().stream().anyMatch(w -> Tap.key(w).equals(Keys.ACTIVE));
  }

  private static Optional<Execution> change(Transaction t) {
    return Tap.write(t, Keys.CHANGES)
        .filter(Write.Put.class::isInstance)
        .map(w -> Execution.read(((Write.Put) w).value()));
  }

  private static Tap sending(UnaryOperator<Transaction> alter) {
    return new Tap() {
      @Override
      public Transaction sent(Transaction t) {
        return alter.apply(t);
      }
    };
  }

  private interface Answer {
    Result to(Transaction t, Result result, StateStore store) throws InterruptedException;
  }

  private static Tap answering(Answer alter) {
    return new Tap() {
      @Override
      public Result answered(Transaction t, Result result, StateStore store)
          throws InterruptedException {
        return alter.to(t, result, store);
      }
    };
  }

  private interface Pretence {
    State of(Execution x);
  }

  /** A change is read in another state than it is in. */
  private static Tap pretending(Pretence pretence) {
    return new Tap() {
      @Override
      public Optional<Entry> read(String key, Optional<Entry> there) {
        return key.startsWith(Keys.CHANGES) ? there.map(e -> pretended(e, pretence)) : there;
      }
    };
  }

  private static Entry pretended(Entry e, Pretence pretence) {
    var x = Execution.read(e.value());
    var other =
        new Execution(
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
