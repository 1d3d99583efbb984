package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** One member of a participant: what it was told, and what it acts on. */
final class FakeMember {
  final Map<Long, String> staged = new TreeMap<>();
  final Set<String> voted = new HashSet<>();
  Optional<FencingRules.Mark> fence = Optional.empty();
  long epoch;
  long step;
  long predecessor;
  String live = FakeParticipant.ORIGINAL;
  Optional<EpochSpec.Candidate> candidate = Optional.empty();
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
  Optional<FakeMember> replica = Optional.empty();

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
  Optional<MemberReport> absence(String name) {
    if (gone) {
      return Optional.of(MemberReport.no(name, "it was deleted"));
    }
    return up ? Optional.empty() : Optional.of(MemberReport.unknown(name, "does not answer"));
  }

  MemberReport observe(String name) {
    return MemberReport.yes(name, live, Map.of("live", live, "epoch", epoch));
  }

  /** What it holds by now; its votes are history. */
  FakeMember image() {
    var image = new FakeMember();
    image.take(this);
    return image;
  }

  /** Its replica takes over. */
  void failOver(FakeMember image, boolean withFence) {
    thrownBack |= image.epoch != epoch;
    acknowledged = Math.max(acknowledged, epoch);
    take(image);
    fence = withFence ? fence : Optional.empty();
  }

  /** An agent that slept may have published less to it than it had lost. */
  void published(long to) {
    thrownBack &= to < acknowledged;
  }

  FakeMember copy() {
    var copy = image();
    copy.voted.addAll(voted);
    copy.up = up;
    copy.gone = gone;
    copy.balk(votes, takes, reason);
    copy.thrownBack = thrownBack;
    copy.acknowledged = acknowledged;
    copy.replica = replica.map(FakeMember::image);
    return copy;
  }

  void take(FakeMember other) {
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

  MemberReport marks(String name) {
    long term = fence.map(FencingRules.Mark::term).orElse(0L);
    return MemberReport.yes(name, "", Map.of("epoch", epoch, "term", term));
  }

  MemberReport scan(String name) {
    if (epoch == 0) {
      return MemberReport.yes(name, "", Map.of());
    }
    var facts = new TreeMap<String, Object>(Map.of("epoch", epoch));
    candidate.ifPresent(
        c -> facts.put("candidate", Map.of("epoch", c.epoch(), "cohort", c.cohort().share())));
    return MemberReport.yes(name, live.replaceAll(" and .*", ""), facts);
  }

  MemberReport stage(String name, EpochSpec a) {
    if (a.epoch() > votes) {
      return MemberReport.no(name, reason);
    }
    staged.put(a.epoch(), a.digest());
    return MemberReport.yes(name, a.digest(), Map.of());
  }

  MemberReport vote(String name, EpochSpec a) {
    if (a.epoch() > votes || !a.digest().equals(staged.get(a.epoch()))) {
      return MemberReport.no(name, why("epoch " + a.epoch() + " isn't staged here"));
    }
    voted.add(a.epoch() + " " + a.digest());
    return MemberReport.yes(name, a.digest(), Map.of());
  }

  /** One that was set up anew, or thrown back, has lost it; one that was meddled with hasn't. */
  MemberReport lost(String name, EpochSpec a) {
    return epoch < a.epoch()
        ? MemberReport.no(name, "lost it, and acts on epoch " + epoch)
        : MemberReport.yes(name, a.digest(), Map.of());
  }

  MemberReport reassert(String name, EpochSpec a, FencingToken caller) {
    if (epoch >= a.epoch()) {
      return MemberReport.yes(name, a.digest(), Map.of());
    }
    staged.put(a.epoch(), a.digest());
    epoch = a.epoch();
    step = a.step();
    live = a.digest();
    fence = Optional.of(FencingRules.mark(caller, a.epoch()));
    published(a.epoch());
    return MemberReport.yes(
        name, a.digest(), Map.of(ExecutorCall.Reassert.PUT_BACK, "epoch " + a.epoch()));
  }
}
