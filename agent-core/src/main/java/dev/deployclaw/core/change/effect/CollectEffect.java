package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeLedger.Permit;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Removes epochs that nothing needs any more, however old: after the last one, the state store
 * holds the committed epoch, its predecessor, the latest that was proven before it, and what is
 * held; all others lie in the object store alone. What may go is decided in one transaction that
 * compares all that it rests on. Each member refuses what it still acts on, and an epoch leaves the
 * state store last, so what could not be removed is found there by the next change. The latest ones
 * are removed again: an agent that slept may have staged an epoch after it was aborted, and a
 * member may have said yes without removing it.
 */
record CollectEffect(EffectDependencies dependencies) implements EffectHandler.WithoutContent {
  /** How many are removed after one change; the next goes on. */
  private static final int MOST = 64;

  /** How many epochs back what was aborted is removed once more. */
  private static final int REVISITED = 8;

  /**
   * How many that were committed: a change has one or two to remove, later ones remove them again.
   */
  private static final int REPEATED = 3;

  /** 2^64 by the golden ratio: epochs that follow one another begin far apart (Knuth, 6.4). */
  private static final long SCATTER = 0x9E3779B97F4A7C15L;

  @Override
  public EffectResult perform(ChangeExecution x, OrchestrationContext context)
      throws InterruptedException {
    var active = dependencies.ports().state().get(StoreKeys.ACTIVE);
    if (active.isEmpty()) {
      return new EffectResult.NextEvent(new ChangeEvent.Collected());
    }
    var old = old(CommittedEpoch.read(active.get().value()), dependencies.ledger().changes());
    if (old.isEmpty()) {
      return new EffectResult.NextEvent(new ChangeEvent.Collected());
    }
    return switch (permit(x, active.get(), old, context)) {
      case Permit.Given() -> remove(old, context);
      case Permit.Refused() -> new EffectResult.NextEvent(new ChangeEvent.Collected());
      case Permit.Unknown(String reason) ->
          new EffectResult.Stuck("collecting old epochs: " + reason);
    };
  }

  /** Epochs of which something is stored, or may be staged, and which nothing needs. */
  private List<Long> old(CommittedEpoch active, List<ChangeExecution> changes)
      throws InterruptedException {
    var needed = needed(active, changes);
    var all = new TreeSet<>(stored());
    over(changes, c -> !c.state().committed())
        .filter(e -> e >= active.epoch() - REVISITED)
        .forEach(all::add);
    over(changes, c -> c.state().committed())
        .filter(e -> e < active.epoch() && !needed.contains(e))
        .limit(REPEATED)
        .forEach(all::add);
    all.removeIf(e -> e >= active.epoch() || needed.contains(e));
    return turn(List.copyOf(all), active.epoch());
  }

  /** Epochs of some changes that are over, the newest first. */
  private static Stream<Long> over(
      List<ChangeExecution> changes, Predicate<ChangeExecution> which) {
    return changes.stream()
        .filter(c -> c.state().over() && which.test(c))
        .map(ChangeExecution::epoch)
        .sorted(Comparator.reverseOrder());
  }

  /** Each change begins elsewhere, so that what is stuck holds up no other for long. */
  private static List<Long> turn(List<Long> all, long epoch) {
    var turned = new ArrayList<>(all);
    if (all.size() > MOST) {
      long scattered = (epoch * SCATTER) >>> Integer.SIZE;
      Collections.rotate(turned, -Math.floorMod(scattered, all.size()));
    }
    return turned.stream().limit(MOST).toList();
  }

  private static Set<Long> needed(CommittedEpoch active, List<ChangeExecution> changes) {
    var needed = new TreeSet<>(Set.of(active.epoch(), active.predecessor()));
    changes.stream()
        .filter(c -> c.state().proven() && c.epoch() < active.epoch())
        .mapToLong(ChangeExecution::epoch)
        .max()
        .ifPresent(needed::add);
    for (var c : changes) {
      if (!c.state().over()) {
        long read = c.state().committed() ? c.epoch() : c.content();
        needed.addAll(List.of(c.epoch(), read, c.base().epoch()));
      }
    }
    return needed;
  }

  /** By the names of their keys, whether or not they are whole. */
  private Set<Long> stored() throws InterruptedException {
    return dependencies.ports().state().keys(StoreKeys.POLICIES).stream()
        .map(key -> key.substring(StoreKeys.POLICIES.length()))
        .map(key -> key.substring(0, Math.max(0, key.indexOf('/'))))
        .filter(epoch -> epoch.matches("[1-9][0-9]{0,17}"))
        .map(Long::valueOf)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * While this change holds {@code open}, nothing else can be opened, approved or committed, so
   * what was read of the others holds as long as these do.
   */
  private Permit permit(
      ChangeExecution x, Entry active, List<Long> old, OrchestrationContext context)
      throws InterruptedException {
    var entry =
        new LogEntryContent(words(old), Status.OK, Map.of("epochs", old))
            .deciding(RecordedDecision.by(Name.COLLECT, "needed-by-nobody"));
    var record = context.recorder().record(Phase.FINISH, "Collecting old epochs", entry);
    List<Condition> conditions =
        List.of(
            new Condition.Unmoved(StoreKeys.ACTIVE, active.modRevision()),
            new Condition.Holds(StoreKeys.OPEN, x.id().getBytes(StandardCharsets.UTF_8)),
            new Condition.Holds(StoreKeys.change(x.id()), x.bytes()));
    var on = new Transaction(conditions, List.of());
    return dependencies.ledger().permit(record, on, context.leadership(), context.recorder());
  }

  /**
   * A member that is away costs a whole call: it is asked no more often than one deadline allows.
   */
  private EffectResult remove(List<Long> old, OrchestrationContext context)
      throws InterruptedException {
    List<String> left = new ArrayList<>();
    long until =
        dependencies.time().micros() + dependencies.settings().bounds().call().toNanos() / 1000;
    for (long epoch : old) {
      if (dependencies.time().micros() > until) {
        left.add("epoch %d and later ones, left to the next change".formatted(epoch));
        break;
      }
      var replies = dependencies.participants().discard(epoch, context.callContext());
      if (!replies.allYes()) {
        left.add("epoch %d at %s".formatted(epoch, String.join(", ", replies.unfinished())));
      }
    }
    if (!left.isEmpty()) {
      var entry = new LogEntryContent("left: " + String.join("; ", left), Status.WARNING);
      context.recorder().tell(Phase.FINISH, "Collecting old epochs", entry);
    }
    return new EffectResult.NextEvent(new ChangeEvent.Collected());
  }

  private static String words(List<Long> old) {
    return old.stream().map(e -> "epoch " + e).collect(Collectors.joining(", "));
  }
}
