package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Freeze;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Watches a change until the time that is stored with it: every enforcement point's heartbeat, by
 * turns on both sides of a cohort, and how many requests are refused. It fails at the first look
 * that shows something wrong, unless somebody lost what it was told, as a failover does: who lost
 * it is published to again, and looked at anew. Looks without an answer are no data, and a few of
 * them in a row are no pass. It passes when the time is over, there were a few looks, each side's
 * last one was good, and where p99 has a bound, it keeps that once more.
 */
final class Watch {
  /** Looks that a bake has at least, however late its agent comes back to it. */
  static final int FEWEST = 3;

  /** Looks without an answer, one after the other. */
  static final int MOST_SILENT = 3;

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** So many looks at least, where time allows it. */
  private static final int LOOKS = 10;

  private final Heartbeat heartbeat;
  private final RefusedShare refusals;
  private final AfterCommit after;
  private final StateStore state;
  private final Settings settings;
  private final Time time;

  Watch(Ports ports, Settings settings, Orchestrator orchestrator, AfterCommit after) {
    this.heartbeat = new Heartbeat(ports, settings, orchestrator);
    this.refusals = new RefusedShare(ports, settings);
    this.after = after;
    this.state = ports.state();
    this.settings = settings;
    this.time = ports.time();
  }

  /** What one look showed. */
  private sealed interface Look {
    record Good() implements Look {}

    record Silent(String why) implements Look {}

    record Wrong(String what) implements Look {}
  }

  Happening watch(Execution x, Content content, Duty duty) throws InterruptedException {
    long until = until(x.state());
    var activation = content.activation(x);
    tell("until " + Instant.ofEpochMilli(until), Status.OK, duty);
    var before = refusals.read(activation);
    int looks = 0;
    int mended = 0;
    for (int silent = 0; silent < MOST_SILENT; ) {
      if (!duty.leadership().holds()) {
        return new Happening.Again();
      }
      var frozen = frozen(x);
      if (frozen.isPresent()) {
        return refused(frozen.get(), duty);
      }
      looks++;
      switch (look(activation, before)) {
        case Look.Wrong(String what) -> {
          var lost =
              mended < settings.bounds().attempts()
                  ? after.mend(activation, duty)
                  : Optional.<String>empty();
          if (lost.isEmpty()) {
            return refused(what, duty);
          }
          mended++;
          silent++;
          tell("lost, and published again: " + lost.get(), Status.WARNING, duty);
        }
        case Look.Silent(String why) -> {
          silent++;
          tell("no data: " + why, Status.WARNING, duty);
        }
        case Look.Good() -> silent = 0;
      }
      long left = until - now();
      if (left <= 0 && silent == 0 && looks >= fewest(x)) {
        return passed(x, content, looks, duty);
      }
      time.pause(pause(x, left));
    }
    return refused("no data in " + MOST_SILENT + " looks in a row, which is no pass", duty);
  }

  /** Slow, it may have become while it was watched. */
  private Happening passed(Execution x, Content content, int looks, Duty duty)
      throws InterruptedException {
    if (x.rollout().mostP99Micros().isPresent()
        && after.validate(x, content, duty)
            instanceof Happening.Now(Event.Refused(String reason))) {
      return refused(reason, duty);
    }
    judge(new Telling("passed, looks: " + looks, Status.OK, Map.of()), "passed", duty);
    duty.story().summarise("watched, " + looks + " looks", Status.OK);
    return new Happening.Now(new Event.Soaked());
  }

  /** A bake that went on without its agent was watched by nobody: its end alone is no pass. */
  private static int fewest(Execution x) {
    return x.rollout().bakes() ? FEWEST : 1;
  }

  /** All sides, the first that isn't good. */
  private Look look(Activation activation, RefusedShare.Counts before) throws InterruptedException {
    boolean own = true;
    for (var side : Sides.of(activation)) {
      var seen = judged(heartbeat.beat(side, settings.bounds().call()), own);
      own = false;
      if (!(seen instanceof Look.Good)) {
        return seen;
      }
    }
    return refusals
        .worse(before, refusals.read(activation))
        .<Look>map(Look.Wrong::new)
        .orElse(new Look.Good());
  }

  /**
   * @param own whether it is by the change's own epoch: then at least one point must have proven it
   */
  private static Look judged(HeartbeatAnswer heard, boolean own) {
    if (!heard.reason().isEmpty()) {
      return new Look.Silent(heard.reason());
    }
    var wrong = named(heard, HeartbeatAnswer.State.NOT_ENFORCED);
    if (wrong.isPresent()) {
      return new Look.Wrong(wrong.get());
    }
    var unknown = named(heard, HeartbeatAnswer.State.UNKNOWN);
    boolean any = heard.points().stream().anyMatch(p -> p.state() == HeartbeatAnswer.State.OK);
    return unknown.isPresent() || (own && !any)
        ? new Look.Silent(
            unknown.orElse("no enforcement point reaches a limit of epoch " + heard.epoch()))
        : new Look.Good();
  }

  private static Optional<String> named(HeartbeatAnswer heard, HeartbeatAnswer.State state) {
    return heard.points().stream()
        .filter(p -> p.state() == state)
        .map(p -> p.member() + ": " + p.reason())
        .findFirst();
  }

  /**
   * The kill switch takes a candidate back, even if it was thawed since; what is committed for
   * everybody stays.
   */
  private Optional<String> frozen(Execution x) throws InterruptedException {
    if (!(x.state() instanceof State.Baking baking)) {
      return Optional.empty();
    }
    try {
      var now = state.get(Keys.FREEZE).map(e -> Freeze.read(e.value()).refusal());
      return now.isPresent()
          ? now
          : state
              .get(Keys.LAST_FREEZE)
              .filter(e -> e.modRevision() > baking.revision())
              .map(e -> "the kill switch was on, " + Freeze.read(e.value()).sentence());
    } catch (Unreachable e) {
      return Optional.empty();
    }
  }

  private Happening refused(String reason, Duty duty) {
    judge(new Telling(reason, Status.ERROR, Map.of()), "failed", duty);
    duty.story().summarise("watched: " + reason, Status.ERROR);
    return new Happening.Now(new Event.Refused("bake: " + reason));
  }

  /** What watching came to. */
  private static void judge(Telling telling, String rule, Duty duty) {
    duty.story().tell(Phase.BAKE, "Watching", telling.deciding(Decision.by(Name.WATCH, rule)));
  }

  private static void tell(String detail, Status status, Duty duty) {
    duty.story().tell(Phase.BAKE, "Watching", new Telling(detail, status, Map.of()));
  }

  private static Duration pause(Execution x, long leftMillis) {
    long share = Math.max(x.rollout().bakeMillis() / LOOKS, 1_000);
    long next = leftMillis > 0 ? Math.min(share, leftMillis) : share;
    return Duration.ofMillis(Math.min(LONGEST_PAUSE.toMillis(), next));
  }

  private long now() {
    return time.instant().toEpochMilli();
  }

  private static long until(State state) {
    return switch (state) {
      case State.Baking b -> b.untilMillis();
      case State.Soaking s -> s.untilMillis();
      case State.Opened _, State.Checkpointed _, State.Staged _, State.Prepared _ -> idle(state);
      case State.Held _, State.Resumed _, State.Cleared _, State.Widened _ -> idle(state);
      case State.Withdrawing _, State.Committed _, State.Published _ -> idle(state);
      case State.Converged _, State.Baked _, State.Completed _, State.Undoing _ -> idle(state);
      case State.RolledBack _, State.Failed _, State.Aborting _, State.Aborted _ -> idle(state);
    };
  }

  private static long idle(State state) {
    throw new IllegalStateException("isn't watched: " + state);
  }
}
