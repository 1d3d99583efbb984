package dev.deployclaw.container.server;

import dev.deployclaw.container.health.BackendHealthMonitor;
import dev.deployclaw.container.metrics.ServerMetrics;
import dev.deployclaw.container.monitor.AlertKind;
import dev.deployclaw.container.monitor.EnforcementMonitor;
import dev.deployclaw.container.notification.DeliverySettings;
import dev.deployclaw.container.notification.NotificationDispatcher;
import dev.deployclaw.container.query.ExecutionQueries;
import dev.deployclaw.container.signin.SignInLog;
import dev.deployclaw.container.vertx.PeriodicTask;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ExecutorIsolation;
import dev.deployclaw.core.call.ExecutorRegistry;
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
 * The process' own rounds of watching, what they found, and the notifications who tell of it. It
 * changes nothing in the estate and needs no lead: every agent that serves watches by itself.
 */
public final class EstateMonitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EstateMonitor.class);

  /** Between two tries to put back what can't be. */
  private static final Duration SHORTEST_WAIT = Duration.ofMinutes(10);

  private static final Duration LONGEST_WAIT = Duration.ofHours(4);

  private final Views views;
  private final AgentClock time;
  private final Supplier<ChangeService> changes;
  private final StreamCopy copy;
  private final ExecutorRegistry executors;
  private final EnforcementMonitor enforcement;
  private final NotificationDispatcher notifications;
  private volatile int regressed;
  private Optional<PutBack> lastPutBack = Optional.empty();
  private Duration pause = Duration.ZERO;
  private Instant putBackAgain = Instant.EPOCH;
  private final AtomicBoolean settled = new AtomicBoolean();

  /** What was lost and put back by itself, and when. */
  record PutBack(RequestOutcome ended, Instant at) {}

  /** What it learns from, and what it counts with. */
  public record Views(
      BackendHealthMonitor health,
      ExecutionQueries executions,
      SignInLog signIns,
      ServerMetrics metrics) {}

  private EstateMonitor(
      Views views,
      AgentPorts ports,
      Supplier<ChangeService> changes,
      EnforcementMonitor enforcement,
      NotificationDispatcher notifications) {
    this.views = views;
    this.time = ports.time();
    this.copy = ports.journal().stream();
    this.executors = ports.executors();
    this.changes = changes;
    this.enforcement = enforcement;
    this.notifications = notifications;
  }

  /** The notifications are under way when this returns; the rounds are the caller's to start. */
  public static EstateMonitor start(
      AgentResources resources, Supplier<ChangeService> changes, Views views) {
    var time = resources.ports().time();
    var watching = resources.watching();
    var terms = new DeliverySettings(watching.patience(), time, views.metrics()::notified);
    var notifications =
        NotificationDispatcher.start(watching.sinks(), folder(resources.stateDir()), terms);
    var enforcement =
        new EnforcementMonitor(
            watching.periods(),
            time,
            within -> changes.get().queries().heartbeat(within),
            resources.stateDir(),
            watching.domain(),
            notifications::tell);
    var monitor = new EstateMonitor(views, resources.ports(), changes, enforcement, notifications);
    monitor.measure();
    return monitor;
  }

  public List<PeriodicTask> tasks() {
    var periods = enforcement.periods();
    return List.of(
        new PeriodicTask("heartbeat", periods.heartbeat(), this::heartbeat),
        new PeriodicTask("standing", periods.heartbeat(), this::standing),
        new PeriodicTask("regression", periods.heartbeat(), this::regression),
        new PeriodicTask("stream", periods.heartbeat(), this::stream),
        new PeriodicTask("drift", periods.drift(), this::drift));
  }

  public EnforcementMonitor enforcement() {
    return enforcement;
  }

  @Override
  public void close() {
    notifications.close();
  }

  private static Path folder(Path stateDir) {
    return EnforcementMonitor.stateFile(stateDir).resolveSibling("");
  }

  private void heartbeat() throws InterruptedException {
    enforcement.heartbeat();
    views.metrics().points(enforcement.points());
  }

  /** What waits for a person, and what ended badly. */
  private void standing() {
    var now = time.instant();
    views
        .health()
        .last()
        .flatMap(BackendHealthMonitor.Snapshot::status)
        .ifPresent(status -> {
          enforcement.see(Set.of(AlertKind.HELD), AlertConditions.held(status));
          enforcement.see(Set.of(AlertKind.FROZEN), AlertConditions.frozen(status));
        });
    enforcement.see(Set.of(AlertKind.EXECUTION), AlertConditions.ended(views.executions(), now));
    var violations = executors.isolation().orElse(ExecutorIsolation.NONE).violations();
    enforcement.see(Set.of(AlertKind.VIOLATION), AlertConditions.violations(violations, now));
    enforcement.see(
        Set.of(AlertKind.TAMPERED), AlertConditions.tampered(views.signIns().tampering(), now));
  }

  /** Whether a back end is ahead of the state store. */
  private void regression() throws InterruptedException {
    try {
      var ahead = changes.get().queries().regressed();
      regressed = ahead.size();
      enforcement.see(Set.of(AlertKind.REGRESSED), AlertConditions.regressed(ahead));
    } catch (Unreachable e) {
      LOG.atDebug()
          .addKeyValue("reason", e.getMessage())
          .log("A check for regression had no result");
    }
  }

  /** Whether the stream is what the logs are; changes are stopped where it is another one. */
  private void stream() throws InterruptedException {
    enforcement.see(Set.of(AlertKind.FORK), AlertConditions.forked(copy.forks()));
    enforcement.see(Set.of(AlertKind.NOT_SHIPPED), AlertConditions.notShipped(copy.stuck()));
    enforcement.see(
        Set.of(AlertKind.REPAIR), AlertConditions.repaired(copy.repaired(), time.instant()));
    try {
      var _ = changes.get().alarm();
    } catch (Unreachable e) {
      LOG.atWarn()
          .addKeyValue("reason", e.getMessage())
          .log("Changes can't be frozen because of a fork: the next check retries");
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
    ScanReport answer = changes.get().queries().scan();
    if (answer.exit() == ExitCode.UNREACHABLE || !rests()) {
      LOG.atDebug().addKeyValue("reason", answer.reason()).log("A check for drift had no result");
      return;
    }
    enforcement.drifted(answer.drift());
  }

  /** What a failover took away is put back before anybody is told that it is missing. */
  private void putBack() throws InterruptedException {
    try {
      boolean waits = time.instant().isBefore(putBackAgain);
      var ended = waits ? Optional.<RequestOutcome>empty() : changes.get().reassert();
      ended.ifPresent(this::later);
      ended.ifPresent(e -> lastPutBack = Optional.of(new PutBack(e, time.instant())));
      ended.ifPresent(e -> views.metrics().putBack(e.result()));
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("A check for losses had no result");
    }
    enforcement.see(
        Set.of(AlertKind.PUT_BACK), AlertConditions.putBack(lastPutBack, time.instant()));
  }

  /** What can't be put back is drift, and isn't tried in each round: each try is an execution. */
  private void later(RequestOutcome ended) {
    boolean done = ended.result() == ExecutionStatus.COMPLETED;
    var longer = pause.isZero() ? SHORTEST_WAIT : pause.multipliedBy(2);
    pause = done ? Duration.ZERO : longer.compareTo(LONGEST_WAIT) < 0 ? longer : LONGEST_WAIT;
    putBackAgain = time.instant().plus(pause);
  }

  private boolean rests() throws InterruptedException {
    AgentStatusReport status = changes.get().queries().storeStatus();
    return status.exit() == ExitCode.OK && status.open().isEmpty();
  }

  private void measure() {
    var metrics = views.metrics();
    metrics.gauge(
        "heartbeat.age.seconds",
        "Time since the last heartbeat round; NaN before the first.",
        () ->
            enforcement
                .last()
                .map(beat -> seconds(Duration.between(beat.at(), time.instant())))
                .orElse(Double.NaN));
    metrics.gauge(
        "drift.differences",
        "Differences that the last drift check found; NaN before the first check.",
        () -> enforcement.drift().map(d -> (double) d.known()).orElse(Double.NaN));
    metrics.gauge(
        "access.denied.members",
        "Members that this agent's credentials or rights don't let it see.",
        enforcement::denied);
    metrics.gauge(
        "regressed.members",
        "Members with an epoch or term that the state store never knew.",
        () -> regressed);
    metrics.gauge(
        "audit.forks",
        "Records that differ between the stream and the log.",
        () -> copy.forks().size());
    metrics.gauge(
        "audit.repairs",
        "How often the agent shipped lost records to the stream again.",
        () -> copy.repaired().size());
    metrics.gauge(
        "audit.stuck",
        "Records that can't be shipped; later ones of their logs wait.",
        () -> copy.stuck().size());
    metrics.gauge(
        "audit.unrepaired.records",
        "Records that the stream lost and that aren't shipped again yet.",
        copy::unrepaired);
    metrics.gauge(
        "audit.uncounted.logs",
        "Logs too old to count their records that wait for the stream.",
        copy::uncounted);
    metrics.gauge(
        "notifications.pending",
        "Notices that wait for a sink.",
        () -> notifications.pending().values().stream().mapToInt(Integer::intValue).sum());
    for (var sink : notifications.pending().keySet()) {
      metrics.knows(sink);
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
