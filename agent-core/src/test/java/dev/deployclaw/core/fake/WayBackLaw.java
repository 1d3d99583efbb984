package dev.deployclaw.core.fake;

import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.Kind;
import dev.deployclaw.core.machine.LeftOut;
import dev.deployclaw.core.machine.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * I21: a way back moves each member that can move, and ends when every member is back, or when a
 * person left out those that aren't. So no member that refuses stops it, and nothing is called all
 * old that isn't.
 */
final class WayBackLaw {
  private static final String OVERTAKEN = "overtaken";

  private final World world;
  private final List<String> broken = new ArrayList<>();

  WayBackLaw(World world) {
    this.world = world;
  }

  WayBackLaw copy(World elsewhere) {
    var copy = new WayBackLaw(elsewhere);
    copy.broken.addAll(broken);
    return copy;
  }

  List<String> broken() {
    return List.copyOf(broken);
  }

  /** A change came to another state. */
  void moved(Execution was, Execution x) {
    if (x.state() instanceof State.Failed(String reason) && !reason.contains(OVERTAKEN)) {
      failed(was, x);
    }
    if (x.state() instanceof State.Completed && x.kind().back() && !x.restores()) {
      calledOld(x);
    }
  }

  private void failed(Execution was, Execution x) {
    boolean onItsWay =
        was.state() instanceof State.Withdrawing
            || (x.kind().back()
                && (was.state() instanceof State.Committed
                    || was.state() instanceof State.Published));
    if (onItsWay) {
      broken.add("I21: the way back of " + x.id() + " was given up: " + x.state());
    }
    if (was.state() instanceof State.Undoing && votedDown(x)) {
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
  private boolean votedDown(Execution x) {
    return changes(world.store)
        .filter(u -> u.kind() == Kind.COMPENSATION && u.undoes().equals(Optional.of(x.id())))
        .anyMatch(u -> u.state() instanceof State.Aborted a && a.cause() == Cause.VOTED_DOWN);
  }

  private void calledOld(Execution x) {
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
  static boolean isLeftOut(FakeStore store, String member, long before) {
    return changes(store)
        .filter(x -> before == Long.MAX_VALUE || x.epoch() > before)
        .anyMatch(
            x -> x.leftOut().map(LeftOut::members).filter(l -> l.contains(member)).isPresent());
  }

  /** Whether a way back left a member where it is: it was there already, or was left out. */
  static boolean staysBehind(FakeStore store, String member, long epoch) {
    return isLeftOut(store, member, Long.MAX_VALUE)
        || changes(store).anyMatch(x -> x.kind().back() && x.content() == epoch);
  }

  private static Stream<Execution> changes(FakeStore store) {
    return store.list(Keys.CHANGES).stream().map(e -> Execution.read(e.value()));
  }

  private Stream<MemberStanding> standings() {
    return world.participants().stream().flatMap(p -> p.standings().stream());
  }
}
