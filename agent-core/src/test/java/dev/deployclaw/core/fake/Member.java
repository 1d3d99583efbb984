package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.Activation;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** One member of a participant: what it was told, and what it acts on. */
final class Member {
  final Map<Long, String> staged = new TreeMap<>();
  final Set<String> voted = new HashSet<>();
  Optional<Fencing.Mark> fence = Optional.empty();
  long epoch;
  long step;
  long predecessor;
  String live = FakeParticipant.ORIGINAL;
  Optional<Activation.Candidate> candidate = Optional.empty();
  boolean up = true;

  /** Whether it lost what it had acknowledged, and nobody published to it since. */
  boolean thrownBack;

  /** What its replica had when it was cut off. */
  Optional<Member> replica = Optional.empty();

  /** What it holds by now; its votes are history. */
  Member image() {
    var image = new Member();
    image.take(this);
    return image;
  }

  Member copy() {
    var copy = image();
    copy.voted.addAll(voted);
    copy.up = up;
    copy.thrownBack = thrownBack;
    copy.replica = replica.map(Member::image);
    return copy;
  }

  void take(Member other) {
    staged.clear();
    staged.putAll(other.staged);
    fence = other.fence;
    epoch = other.epoch;
    step = other.step;
    predecessor = other.predecessor;
    live = other.live;
    candidate = other.candidate;
  }

  /** What was staged of an epoch is gone; who acts on it acts on nothing. */
  void lose(long lost) {
    boolean there = staged.remove(lost) != null;
    live = there && epoch == lost ? FakeParticipant.NOTHING : live;
  }

  FakeParticipant.Standing standing(String name) {
    return new FakeParticipant.Standing(name, epoch, live, thrownBack);
  }
}
