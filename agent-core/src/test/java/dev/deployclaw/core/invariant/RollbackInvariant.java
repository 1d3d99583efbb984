package dev.deployclaw.core.invariant;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeStateStore;
import dev.deployclaw.core.fake.MemberStanding;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.RollbackExclusions;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/**
 * I21: a way back moves each member that can move, and ends when every member is back, or when a
 * person left out those that aren't. So no member that refuses stops it, and nothing is called all
 * old that isn't.
 */
public final class RollbackInvariant {
  private static final String SUPERSEDED = "superseded";

  private final FakeEstate world;
  private final List<String> broken = new ArrayList<>();

  public RollbackInvariant(FakeEstate world) {
    this.world = world;
  }

  public RollbackInvariant copy(FakeEstate elsewhere) {
    var copy = new RollbackInvariant(elsewhere);
    copy.broken.addAll(broken);
    return copy;
  }

  public List<String> broken() {
    return List.copyOf(broken);
  }

  /** A change came to another state. */
  public void moved(ChangeExecution was, ChangeExecution x) {
    if (x.state() instanceof ChangeState.Failed(String reason) && !reason.contains(SUPERSEDED)) {
      failed(was, x);
    }
    if (x.state() instanceof ChangeState.Completed && x.kind().back() && !x.restores()) {
      calledOld(x);
    }
  }

  private void failed(ChangeExecution was, ChangeExecution x) {
    boolean onItsWay =
        was.state() instanceof ChangeState.Withdrawing
            || (x.kind().back()
                && (was.state() instanceof ChangeState.Committed
                    || was.state() instanceof ChangeState.Published));
    if (onItsWay) {
      broken.add("I21: the way back of " + x.id() + " was given up: " + x.state());
    }
    if (was.state() instanceof ChangeState.Undoing && votedDown(x)) {
      standings()
          .filter(m -> m.goes() && m.epoch() == x.epoch())
          .findFirst()
          .ifPresent(m ->
              broken.add(
                  "I21: %s could leave epoch %d and wasn't taken back: %s"
                      .formatted(m.member(), x.epoch(), x.state())));
    }
  }

  /** Whether what was to put it back was refused. */
  private boolean votedDown(ChangeExecution x) {
    return changes(world.store)
        .filter(u -> u.kind() == ChangeKind.COMPENSATION && u.undoes().equals(Optional.of(x.id())))
        .anyMatch(
            u -> u.state() instanceof ChangeState.Aborted a && a.cause() == AbortCause.VOTED_DOWN);
  }

  private void calledOld(ChangeExecution x) {
    standings()
        .filter(m -> !m.thrownBack() && !m.live().equals(x.digest()))
        .filter(m -> !isLeftOut(world.store, m.member(), Long.MAX_VALUE))
        .forEach(m ->
            broken.add("I21: %s is called back, and acts on %s".formatted(m.member(), m.live())));
  }

  /**
   * Whether a person left a member out of a way back from an epoch, or from a later one.
   *
   * @param before for all there are, the highest number
   */
  public static boolean isLeftOut(FakeStateStore store, String member, long before) {
    return changes(store)
        .filter(x -> before == Long.MAX_VALUE || x.epoch() > before)
        .anyMatch(x ->
            x.leftOut()
                .map(RollbackExclusions::members)
                .filter(l -> l.contains(member))
                .isPresent());
  }

  /** Whether a way back left a member where it is: it was there already, or was left out. */
  public static boolean staysBehind(FakeStateStore store, String member, long epoch) {
    return isLeftOut(store, member, Long.MAX_VALUE)
        || changes(store).anyMatch(x -> x.kind().back() && x.content() == epoch)
        || (restored(store, e -> e == epoch) && restored(store, e -> e > epoch));
  }

  /** Whether such an epoch put back what was found. */
  private static boolean restored(FakeStateStore store, LongPredicate epoch) {
    return changes(store).anyMatch(x -> x.restores() && epoch.test(x.epoch()));
  }

  private static Stream<ChangeExecution> changes(FakeStateStore store) {
    return store.list(StoreKeys.CHANGES).stream().map(e -> ChangeExecution.read(e.value()));
  }

  private Stream<MemberStanding> standings() {
    return world.participants().stream().flatMap(p -> p.standings().stream());
  }
}
