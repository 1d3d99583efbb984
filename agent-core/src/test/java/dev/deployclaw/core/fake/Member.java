package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Report;
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

  /** Whether it was deleted, which who is asked in its place says. */
  boolean gone;

  /** It votes for no epoch above this one. */
  private long votes = Long.MAX_VALUE;

  /** It takes no epoch above this one. */
  private long takes = Long.MAX_VALUE;

  private String reason = "";

  /** Whether it lost what it had acknowledged, and nobody published as much to it since. */
  boolean thrownBack;

  /** What it acted on when it was thrown back. */
  private long acknowledged;

  /** What its replica had when it was cut off. */
  Optional<Member> replica = Optional.empty();

  void balk(long most, long taken, String why) {
    votes = most;
    takes = taken;
    reason = why;
  }

  void heal() {
    up = true;
    gone = false;
    balk(Long.MAX_VALUE, Long.MAX_VALUE, "");
  }

  boolean takes(long wanted) {
    return wanted <= takes;
  }

  /** Why it refuses, or else this. */
  String why(String otherwise) {
    return reason.isEmpty() ? otherwise : reason;
  }

  /** What is said in its place; empty where it answers itself. */
  Optional<Report> absence(String name) {
    if (gone) {
      return Optional.of(Report.no(name, "it was deleted"));
    }
    return up ? Optional.empty() : Optional.of(Report.unknown(name, "does not answer"));
  }

  Report observe(String name) {
    return Report.yes(name, live, Map.of("live", live, "epoch", epoch));
  }

  /** What it holds by now; its votes are history. */
  Member image() {
    var image = new Member();
    image.take(this);
    return image;
  }

  /** Its replica takes over. */
  void failOver(Member image, boolean withFence) {
    thrownBack |= image.epoch != epoch;
    acknowledged = Math.max(acknowledged, epoch);
    take(image);
    fence = withFence ? fence : Optional.empty();
  }

  /** An agent that slept may have published less to it than it had lost. */
  void published(long to) {
    thrownBack &= to < acknowledged;
  }

  Member copy() {
    var copy = image();
    copy.voted.addAll(voted);
    copy.up = up;
    copy.gone = gone;
    copy.balk(votes, takes, reason);
    copy.thrownBack = thrownBack;
    copy.acknowledged = acknowledged;
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

  MemberStanding standing(String name, boolean open) {
    boolean goes = open && up && !gone && epoch < Math.min(votes, takes);
    return new MemberStanding(name, epoch, live, thrownBack, goes);
  }

  Report marks(String name) {
    long term = fence.map(Fencing.Mark::term).orElse(0L);
    return Report.yes(name, "", Map.of("epoch", epoch, "term", term));
  }

  Report scan(String name) {
    if (epoch == 0) {
      return Report.yes(name, "", Map.of());
    }
    var facts = new TreeMap<String, Object>(Map.of("epoch", epoch));
    candidate.ifPresent(
        c -> facts.put("candidate", Map.of("epoch", c.epoch(), "cohort", c.cohort().share())));
    return Report.yes(name, live.replaceAll(" and .*", ""), facts);
  }

  Report stage(String name, Activation a) {
    if (a.epoch() > votes) {
      return Report.no(name, reason);
    }
    staged.put(a.epoch(), a.digest());
    return Report.yes(name, a.digest(), Map.of());
  }

  Report vote(String name, Activation a) {
    if (a.epoch() > votes || !a.digest().equals(staged.get(a.epoch()))) {
      return Report.no(name, why("epoch " + a.epoch() + " isn't staged here"));
    }
    voted.add(a.epoch() + " " + a.digest());
    return Report.yes(name, a.digest(), Map.of());
  }

  /** One that was set up anew, or thrown back, has lost it; one that was meddled with hasn't. */
  Report lost(String name, Activation a) {
    return epoch < a.epoch()
        ? Report.no(name, "lost it, and acts on epoch " + epoch)
        : Report.yes(name, a.digest(), Map.of());
  }

  Report reassert(String name, Activation a, Fence caller) {
    if (epoch >= a.epoch()) {
      return Report.yes(name, a.digest(), Map.of());
    }
    staged.put(a.epoch(), a.digest());
    epoch = a.epoch();
    step = a.step();
    live = a.digest();
    fence = Optional.of(Fencing.mark(caller, a.epoch()));
    published(a.epoch());
    return Report.yes(name, a.digest(), Map.of(Call.Reassert.PUT_BACK, "epoch " + a.epoch()));
  }
}
