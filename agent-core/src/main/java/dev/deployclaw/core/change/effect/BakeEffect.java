package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.change.probe.HeartbeatCheck;
import dev.deployclaw.core.change.probe.HeartbeatReport;
import dev.deployclaw.core.change.probe.RefusalRateCheck;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.CohortSplit;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Watches a change until the time that is stored with it: every enforcement point's heartbeat, by
 * turns on both sides of a cohort, and how many requests are refused. It fails at the first look
 * that shows something wrong, unless a member lost what it was told, as in a failover: then it is
 * published to again, and looked at again. Looks without an answer are no data, and a few of them
 * in a row are no pass. It passes when the time is over, there were a few looks, each side's last
 * one was good, and where p99 has a bound, it keeps that once more.
 */
record BakeEffect(EffectDependencies dependencies) implements EffectHandler.WithContent {
  /** Looks that a bake has at least, however late its agent comes back to it. */
  static final int FEWEST = 3;

  /** Looks without an answer, one after the other. */
  static final int MOST_SILENT = 3;

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** So many looks at least, where time allows it. */
  private static final int LOOKS = 10;

  /** What one look showed. */
  private sealed interface Look {
    record Good() implements Look {}

    record Silent(String why) implements Look {}

    record Wrong(String what) implements Look {}
  }

  @Override
  public EffectResult perform(
      ChangeExecution x, ChangeContent content, OrchestrationContext context)
      throws InterruptedException {
    long until = until(x.state());
    var activation = content.activation(x);
    tell("until " + Instant.ofEpochMilli(until), Status.OK, context);
    var before = refusals().read(activation);
    int looks = 0;
    int mended = 0;
    for (int silent = 0; silent < MOST_SILENT; ) {
      if (!context.leadership().holds()) {
        return new EffectResult.Retry();
      }
      var frozen = frozen(x);
      if (frozen.isPresent()) {
        return refused(frozen.get(), context);
      }
      looks++;
      switch (look(activation, before)) {
        case Look.Wrong(String what) -> {
          var lost =
              mended < dependencies.settings().bounds().attempts()
                  ? dependencies.convergence(dependencies.participants()).mend(activation, context)
                  : Optional.<String>empty();
          if (lost.isEmpty()) {
            return refused(what, context);
          }
          mended++;
          silent++;
          tell("lost, and published again: " + lost.get(), Status.WARNING, context);
        }
        case Look.Silent(String why) -> {
          silent++;
          tell("no data: " + why, Status.WARNING, context);
        }
        case Look.Good() -> silent = 0;
      }
      long left = until - now();
      if (left <= 0 && silent == 0 && looks >= fewest(x)) {
        return passed(x, content, looks, context);
      }
      dependencies.time().pause(pause(x, left));
    }
    return refused("no data in " + MOST_SILENT + " checks in a row, so it didn't pass", context);
  }

  /** Slow, it may have become while it was watched. */
  private EffectResult passed(
      ChangeExecution x, ChangeContent content, int looks, OrchestrationContext context)
      throws InterruptedException {
    if (x.rollout().mostP99Micros().isPresent()
        && new ValidateEffect(dependencies).perform(x, content, context)
            instanceof EffectResult.NextEvent(ChangeEvent.Refused(String reason))) {
      return refused(reason, context);
    }
    judge(new LogEntryContent("passed, checks: " + looks, Status.OK), "passed", context);
    context.recorder().summarise("watched, " + looks + " looks", Status.OK);
    return new EffectResult.NextEvent(new ChangeEvent.Soaked());
  }

  /** A bake that went on without its agent was not watched: its end alone is no pass. */
  private static int fewest(ChangeExecution x) {
    return x.rollout().bakes() ? FEWEST : 1;
  }

  /** All sides, the first that isn't good. */
  private Look look(EpochSpec activation, RefusalRateCheck.Counts before)
      throws InterruptedException {
    boolean own = true;
    for (var side : CohortSplit.of(activation)) {
      var seen =
          judged(
              new HeartbeatCheck(
                      dependencies.ports(), dependencies.settings(), dependencies.store())
                  .beat(side, dependencies.settings().bounds().call()),
              own);
      own = false;
      if (!(seen instanceof Look.Good)) {
        return seen;
      }
    }
    return refusals()
        .worse(before, refusals().read(activation))
        .<Look>map(Look.Wrong::new)
        .orElse(new Look.Good());
  }

  /**
   * @param own whether it is by the change's own epoch: then at least one point must have proven it
   */
  private static Look judged(HeartbeatReport heard, boolean own) {
    if (!heard.reason().isEmpty()) {
      return new Look.Silent(heard.reason());
    }
    var wrong = named(heard, HeartbeatReport.State.NOT_ENFORCED);
    if (wrong.isPresent()) {
      return new Look.Wrong(wrong.get());
    }
    var unknown = named(heard, HeartbeatReport.State.UNKNOWN);
    boolean any = heard.points().stream().anyMatch(p -> p.state() == HeartbeatReport.State.OK);
    return unknown.isPresent() || (own && !any)
        ? new Look.Silent(
            unknown.orElse("no enforcement point reaches a limit of epoch " + heard.epoch()))
        : new Look.Good();
  }

  private static Optional<String> named(HeartbeatReport heard, HeartbeatReport.State state) {
    return heard.points().stream()
        .filter(p -> p.state() == state)
        .map(p -> p.member() + ": " + p.reason())
        .findFirst();
  }

  /**
   * The kill switch takes a candidate back, even if it was thawed since; what is committed for
   * everybody stays.
   */
  private Optional<String> frozen(ChangeExecution x) throws InterruptedException {
    if (!(x.state() instanceof ChangeState.Baking baking)) {
      return Optional.empty();
    }
    try {
      var now =
          dependencies
              .ports()
              .state()
              .get(StoreKeys.FREEZE)
              .map(e -> FreezeRecord.read(e.value()).refusal());
      return now.isPresent()
          ? now
          : dependencies
              .ports()
              .state()
              .get(StoreKeys.LAST_FREEZE)
              .filter(e -> e.modRevision() > baking.revision())
              .map(e -> "the kill switch was on, " + FreezeRecord.read(e.value()).sentence());
    } catch (Unreachable e) {
      return Optional.empty();
    }
  }

  private EffectResult refused(String reason, OrchestrationContext context) {
    judge(new LogEntryContent(reason, Status.ERROR), "failed", context);
    context.recorder().summarise("watched: " + reason, Status.ERROR);
    return new EffectResult.NextEvent(new ChangeEvent.Refused("bake: " + reason));
  }

  /** The verdict of the watch. */
  private static void judge(LogEntryContent entry, String rule, OrchestrationContext context) {
    context
        .recorder()
        .tell(Phase.BAKE, "Watching", entry.deciding(RecordedDecision.by(Name.WATCH, rule)));
  }

  private static void tell(String detail, Status status, OrchestrationContext context) {
    context.recorder().tell(Phase.BAKE, "Watching", new LogEntryContent(detail, status));
  }

  private static Duration pause(ChangeExecution x, long leftMillis) {
    long share = Math.max(x.rollout().bakeMillis() / LOOKS, 1_000);
    long next = leftMillis > 0 ? Math.min(share, leftMillis) : share;
    return Duration.ofMillis(Math.min(LONGEST_PAUSE.toMillis(), next));
  }

  private long now() {
    return dependencies.time().instant().toEpochMilli();
  }

  private static long until(ChangeState state) {
    if (state instanceof ChangeState.Baking baking) {
      return baking.untilMillis();
    }
    if (state instanceof ChangeState.Soaking soaking) {
      return soaking.untilMillis();
    }
    throw new IllegalStateException("isn't monitored: " + state);
  }

  private RefusalRateCheck refusals() {
    return new RefusalRateCheck(dependencies.ports(), dependencies.settings());
  }
}
