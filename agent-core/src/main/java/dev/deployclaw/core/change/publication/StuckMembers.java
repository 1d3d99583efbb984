package dev.deployclaw.core.change.publication;

import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.spi.MemberReport;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Members that are stuck, and for how long. A back end that was away may still report what it knew
 * before: a Deployment whose controller slept past the deadline is late for a moment, and goes on.
 * So a member counts as stuck once several looks in a row, over some time, say so. For one thread.
 */
final class StuckMembers {
  private static final int FEWEST_LOOKS = 3;
  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** The share of the whole wait that it takes at most. */
  private static final int SHARE = 4;

  private final long holdMicros;
  private final Map<String, Seen> seen = new HashMap<>();

  /** When a member was first seen stuck, and in how many looks since. */
  private record Seen(long first, int looks, boolean holds) {}

  /**
   * @param converge how long the wait is
   */
  StuckMembers(Duration converge) {
    var share = converge.dividedBy(SHARE);
    var hold = share.compareTo(LONGEST) < 0 ? share : LONGEST;
    this.holdMicros = hold.toNanos() / 1000;
  }

  /** Takes in one look; a member that isn't stuck in it begins from none. */
  void see(ParticipantReplies look, long micros) {
    var stuck = look.all().stream().filter(MemberReport::stuck).map(MemberReport::member).toList();
    seen.keySet().retainAll(stuck);
    for (String member : stuck) {
      var before = seen.getOrDefault(member, new Seen(micros, 0, false));
      int looks = before.looks() + 1;
      boolean holds = looks >= FEWEST_LOOKS && micros - before.first() >= holdMicros;
      seen.put(member, new Seen(before.first(), looks, holds));
    }
  }

  /** Whether one of them was stuck for long enough. */
  boolean hold() {
    return seen.values().stream().anyMatch(Seen::holds);
  }
}
