package dev.deployclaw.core.machine;

import java.util.Locale;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which state can follow which, by every legal move of every kind of change. */
public final class StateSuccessors {
  private StateSuccessors() {}

  /** By their names as records have them. */
  public static SortedMap<String, SortedSet<String>> next() {
    var next = new TreeMap<String, SortedSet<String>>();
    for (var state : MachineSamples.STATES) {
      var following = next.computeIfAbsent(word(state), _ -> new TreeSet<>());
      for (var event : MachineSamples.EVENTS) {
        lives(state).forEach(x -> follow(x, event, following));
      }
    }
    return next;
  }

  private static Stream<ChangeExecution> lives(ChangeState state) {
    return Stream.of(
        MachineSamples.execution(ChangeKind.FORWARD, state),
        MachineSamples.execution(ChangeKind.ROLLBACK, state),
        MachineSamples.canary(state));
  }

  private static void follow(ChangeExecution x, ChangeEvent event, SortedSet<String> following) {
    try {
      following.add(word(TransitionTable.follow(x, event)));
    } catch (IllegalTransitionException e) {
      // nothing follows
    }
  }

  private static String word(ChangeState state) {
    return state.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
