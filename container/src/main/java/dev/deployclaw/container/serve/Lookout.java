package dev.deployclaw.container.serve;

import dev.deployclaw.container.alert.AlertKind;
import dev.deployclaw.container.monitor.EnforcementMonitor;
import dev.deployclaw.container.notification.DeliverySettings;
import dev.deployclaw.container.notification.NotificationDispatcher;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.ScanReport;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process' own rounds of watching, what they found, and the couriers who tell of it. It changes
 * nothing in the estate and needs no lead: every agent that serves watches by itself.
 */
final class Lookout implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

  /** Between two tries to put back what can't be. */
  private static final Duration SHORTEST_WAIT = Duration.ofMinutes(10);

  private static final Duration LONGEST_WAIT = Duration.ofHours(4);

  private final Views views;
  private final AgentClock time;
  private final Supplier<ChangeService> architects;
  private final StreamCopy copy;
  private final EnforcementMonitor watcher;
  private final NotificationDispatcher couriers;
  private volatile int regressed;
  private Optional<PutBack> lastPutBack = Optional.empty();
  private Duration pause = Duration.ZERO;
  private Instant putBackAgain = Instant.EPOCH;
  private final AtomicBoolean settled = new AtomicBoolean();

  /** What was lost and put back by itself, and when. */
  record PutBack(RequestOutcome ended, Instant at) {}

  /** What it learns from, and what it counts with. */
  record Views(Pulse pulse, Executions executions, Meters meters) {}

  private Lookout(
      Views views,
      AgentPorts ports,
      Supplier<ChangeService> architects,
      EnforcementMonitor watcher,
      NotificationDispatcher couriers) {
    this.views = views;
    this.time = ports.time();
    this.copy = ports.journal().stream();
    this.architects = architects;
    this.watcher = watcher;
    this.couriers = couriers;
  }

  /** The couriers are under way when this returns; the rounds are the caller's to start. */
  static Lookout start(Estate estate, Supplier<ChangeService> architects, Views views) {
    var time = estate.ports().time();
    var watching = estate.watching();
    var terms = new DeliverySettings(watching.patience(), time, views.meters()::notified);
    var couriers = NotificationDispatcher.start(watching.sinks(), folder(estate.stateDir()), terms);
    var watcher =
        new EnforcementMonitor(
            watching.periods(),
            time,
            within -> architects.get().queries().heartbeat(within),
            estate.stateDir(),
            watching.domain(),
            couriers::tell);
    var lookout = new Lookout(views, estate.ports(), architects, watcher, couriers);
    lookout.measure();
    return lookout;
  }

  List<Round> rounds() {
    var periods = watcher.periods();
    return List.of(
        new Round("heartbeat", periods.heartbeat(), this::heartbeat),
        new Round("standing", periods.heartbeat(), this::standing),
        new Round("regression", periods.heartbeat(), this::regression),
        new Round("stream", periods.heartbeat(), this::stream),
        new Round("drift", periods.drift(), this::drift));
  }

  EnforcementMonitor watcher() {
    return watcher;
  }

  @Override
  public void close() {
    couriers.close();
  }

  private static Path folder(Path stateDir) {
    return EnforcementMonitor.stateFile(stateDir).resolveSibling("");
  }

  private void heartbeat() throws InterruptedException {
    watcher.heartbeat();
    views.meters().points(watcher.points());
  }

  /** What waits for a person, and what ended badly. */
  private void standing() {
    var now = time.instant();
    views
        .pulse()
        .last()
        .flatMap(Pulse.Beat::status)
        .ifPresent(status -> {
          watcher.see(Set.of(AlertKind.HELD), Conditions.held(status));
          watcher.see(Set.of(AlertKind.FROZEN), Conditions.frozen(status));
        });
    watcher.see(Set.of(AlertKind.EXECUTION), Conditions.ended(views.executions(), now));
  }

  /** Whether a back end is ahead of the state store. */
  private void regression() throws InterruptedException {
    try {
      var ahead = architects.get().queries().regressed();
      regressed = ahead.size();
      watcher.see(Set.of(AlertKind.REGRESSED), Conditions.regressed(ahead));
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("A look for marks tells nothing");
    }
  }

  /** Whether the stream is what the logs are; changes are stopped where it is another one. */
  private void stream() throws InterruptedException {
    watcher.see(Set.of(AlertKind.FORK), Conditions.forked(copy.forks()));
    watcher.see(Set.of(AlertKind.NOT_SHIPPED), Conditions.notShipped(copy.stuck()));
    watcher.see(Set.of(AlertKind.REPAIR), Conditions.repaired(copy.repaired(), time.instant()));
    try {
      var _ = architects.get().alarm();
    } catch (Unreachable e) {
      LOG.atWarn()
          .addKeyValue("reason", e.getMessage())
          .log("Changes can't be stopped because of a fork: it is tried again");
    }
  }

  /**
   * What {@code drift} shows. A change that is under way makes differences of its own, so a look
   * during one tells nothing; nor does one that couldn't be made. The first comes after a period:
   * at its start a process has more urgent questions.
   */
  private void drift() throws InterruptedException {
    if (!settled.getAndSet(true) || !rests()) {
      return;
    }
    putBack();
    ScanReport answer = architects.get().queries().scan();
    if (answer.exit() == ExitCode.UNREACHABLE || !rests()) {
      LOG.atDebug().addKeyValue("reason", answer.reason()).log("A look for drift tells nothing");
      return;
    }
    watcher.drifted(answer.drift());
  }

  /** What a failover took away is put back before anybody is told that it is missing. */
  private void putBack() throws InterruptedException {
    try {
      boolean waits = time.instant().isBefore(putBackAgain);
      var ended = waits ? Optional.<RequestOutcome>empty() : architects.get().reassert();
      ended.ifPresent(this::later);
      ended.ifPresent(e -> lastPutBack = Optional.of(new PutBack(e, time.instant())));
      ended.ifPresent(e -> views.meters().putBack(e.result()));
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("A look for losses tells nothing");
    }
    watcher.see(Set.of(AlertKind.PUT_BACK), Conditions.putBack(lastPutBack, time.instant()));
  }

  /** What can't be put back is drift, and isn't tried in each round: each try is an execution. */
  private void later(RequestOutcome ended) {
    boolean done = ended.result() == ExecutionStatus.COMPLETED;
    var longer = pause.isZero() ? SHORTEST_WAIT : pause.multipliedBy(2);
    pause = done ? Duration.ZERO : longer.compareTo(LONGEST_WAIT) < 0 ? longer : LONGEST_WAIT;
    putBackAgain = time.instant().plus(pause);
  }

  private boolean rests() throws InterruptedException {
    AgentStatusReport status = architects.get().queries().storeStatus();
    return status.exit() == ExitCode.OK && status.open().isEmpty();
  }

  private void measure() {
    var meters = views.meters();
    meters.gauge(
        "heartbeat.age.seconds",
        "Since all enforcement points were last asked; NaN before the first time.",
        () ->
            watcher
                .last()
                .map(beat -> seconds(Duration.between(beat.at(), time.instant())))
                .orElse(Double.NaN));
    meters.gauge(
        "drift.differences",
        "How many differences the last look for drift found; NaN before the first.",
        () -> watcher.drift().map(d -> (double) d.known()).orElse(Double.NaN));
    meters.gauge(
        "access.denied.members",
        "Members that this agent's credentials or rights don't let it see.",
        watcher::denied);
    meters.gauge(
        "regressed.members",
        "How many members name an epoch or term that the state store never knew.",
        () -> regressed);
    meters.gauge(
        "audit.forks",
        "Records of which the stream holds another one than the log.",
        () -> copy.forks().size());
    meters.gauge(
        "audit.repairs",
        "How often the stream had lost records and was given them again.",
        () -> copy.repaired().size());
    meters.gauge(
        "audit.stuck",
        "Records that the stream can't be given, with what follows them.",
        () -> copy.stuck().size());
    meters.gauge(
        "audit.unrepaired.records",
        "Records that the stream lost and could not be given again yet.",
        copy::unrepaired);
    meters.gauge(
        "audit.uncounted.logs",
        "Logs so old that what of them waits for the stream isn't counted.",
        copy::uncounted);
    meters.gauge(
        "notifications.pending",
        "Notices that wait for a sink.",
        () -> couriers.pending().values().stream().mapToInt(Integer::intValue).sum());
    for (var sink : couriers.pending().keySet()) {
      meters.knows(sink);
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
