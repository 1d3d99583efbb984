package dev.deployclaw.core.machine;

import java.util.Locale;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which state can follow which, by every legal move of every kind of change. */
public final class Lives {
  private Lives() {}

  /** By their names as records have them. */
  public static SortedMap<String, SortedSet<String>> next() {
    var next = new TreeMap<String, SortedSet<String>>();
    for (var state : Samples.STATES) {
      var following = next.computeIfAbsent(word(state), _ -> new TreeSet<>());
      for (var event : Samples.EVENTS) {
        lives(state).forEach(x -> follow(x, event, following));
      }
    }
    return next;
  }

  private static Stream<Execution> lives(State state) {
    return Stream.of(
        Samples.execution(Kind.FORWARD, state),
        Samples.execution(Kind.ROLLBACK, state),
        Samples.canary(state));
  }

  private static void follow(Execution x, Event event, SortedSet<String> following) {
    try {
      following.add(word(MoveTable.follow(x, event)));
    } catch (IllegalMove e) {
      // nothing follows
    }
  }

  private static String word(State state) {
    return state.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
