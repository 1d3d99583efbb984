package dev.deployclaw.container.server;

import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.intake.OverlayExpiryTask;
import dev.deployclaw.container.intake.SubmissionResult;
import dev.deployclaw.container.intake.TaskIntake;
import dev.deployclaw.container.intake.TaskQueue;
import dev.deployclaw.container.vertx.PeriodicTask;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.service.ExecutionReservations;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's periodic tasks, but those that watch the estate. What changes the estate goes through
 * the queue, so that the agent leads for it.
 */
public final class MaintenanceTasks {
  private static final Logger LOG = LoggerFactory.getLogger(MaintenanceTasks.class);
  static final Duration EVERY_MINUTE = Duration.ofMinutes(1);
  private static final Duration HOURLY = Duration.ofHours(1);

  /** A caller may repeat a call with its idempotency key for so long. */
  private static final Duration KEYS_HOLD = Duration.ofHours(24);

  private final AgentPorts ports;
  private final AgentSettings settings;
  private final TaskQueue queue;
  private final TaskIntake intake;
  private final AgentVerticle agent;
  private final LogArchiver archiver;
  private final ServerConfig.Bounds bounds;
  private final ExecutionReservations reservations;
  private final Set<String> accounted = ConcurrentHashMap.newKeySet();

  /**
   * The parts that the tasks act on.
   *
   * @param owner the name of this agent's state folder
   */
  record Parts(
      TaskQueue queue,
      TaskIntake intake,
      AgentVerticle agent,
      LogArchiver archiver,
      String owner) {}

  MaintenanceTasks(
      AgentPorts ports, AgentSettings settings, Parts parts, ServerConfig.Bounds bounds) {
    this.ports = ports;
    this.settings = settings;
    this.queue = parts.queue();
    this.intake = parts.intake();
    this.agent = parts.agent();
    this.archiver = parts.archiver();
    this.bounds = bounds;
    this.reservations = new ExecutionReservations(ports, parts.owner());
  }

  List<PeriodicTask> all() {
    var lease = settings.bounds().lease();
    return List.of(
        new PeriodicTask("recover", lease, this::recoverIfAbandoned),
        new PeriodicTask("expire-overlays", EVERY_MINUTE, this::expireOverlays),
        new PeriodicTask("start-scheduled", lease, this::startScheduled),
        new PeriodicTask("archive-logs", EVERY_MINUTE, this::archiveLogs),
        new PeriodicTask("forget-keys", HOURLY, this::forgetKeys));
  }

  /**
   * A change that is open while no agent leads was left by one that died. The leader also accounts
   * for records that the stream was given again.
   */
  void recoverIfAbandoned() throws InterruptedException {
    try {
      var state = ports.state();
      boolean abandoned = state.get(StoreKeys.OPEN).isPresent() && state.get("leader").isEmpty();
      boolean repaired = isUnaccounted();
      if (abandoned || repaired || !agent.hasRecovered()) {
        queue.enterRecovery();
      }
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Can't see what is open");
    }
  }

  /** Whether there is a repair for which no recovery was asked yet. */
  private boolean isUnaccounted() {
    var names = ports.journal().stream().repaired().stream().map(r -> r.name()).toList();
    return accounted.addAll(names);
  }

  /**
   * Takes overlays back whose time is over, by a change of its own for each: the gate judges it as
   * any, and the first agent asks for it once. Where that change fails, it is asked for again with
   * growing pauses.
   */
  void expireOverlays() throws InterruptedException {
    var standing = queries().storeStatus();
    boolean rests = standing.exit() == ExitCode.OK && standing.open().isEmpty();
    if (!rests || standing.frozen().isPresent()) {
      return;
    }
    try {
      var status = queries().status();
      for (var overlay : status.expired()) {
        expire(overlay, status);
      }
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("No overlay was taken back");
    }
  }

  private void expire(Overlay overlay, AgentStatusReport status) throws InterruptedException {
    for (int tries = 0; OverlayExpiryTask.isDue(overlay, tries, ports.time().instant()); tries++) {
      switch (intake.submit(OverlayExpiryTask.of(overlay, tries))) {
        case SubmissionResult.Repeated(String earlier) -> {
          if (queue.isBusyWith(earlier)
              || status.waiting().stream().anyMatch(w -> w.id().equals(earlier))) {
            return;
          }
        }
        case SubmissionResult.Accepted(String execution) -> {
          LOG.atInfo()
              .addKeyValue("of", overlay.by().execution())
              .addKeyValue("execution", execution)
              .log("An overlay's time is over");
          return;
        }
        case SubmissionResult.KeyReused _, SubmissionResult.Full _, SubmissionResult.Closed _ -> {
          return;
        }
      }
    }
  }

  /** Queues the scheduled changes that are due. */
  void startScheduled() throws InterruptedException {
    try {
      for (String execution : queries().due()) {
        if (queue.enterScheduled(execution)) {
          LOG.atInfo().addKeyValue("execution", execution).log("A scheduled change is due");
        }
      }
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Can't see which changes are due");
    }
  }

  /**
   * Stores in the bucket what it could not take before, and the logs that have ended. Logs that it
   * has, and that ended long ago, may then leave etcd and this machine.
   */
  void archiveLogs() throws InterruptedException {
    int waiting = ports.objects().settle();
    if (waiting > 0) {
      LOG.atWarn().addKeyValue("objects", waiting).log("Checkpoints wait for the object store");
    } else {
      archiver
          .store()
          .trouble()
          .ifPresent(
              why -> LOG.atWarn().addKeyValue("reason", why).log("Logs wait for the object store"));
    }
    prune();
  }

  private void prune() throws InterruptedException {
    try {
      var changes = new ChangeService(ports, settings, ProgressListener.NONE);
      var pruned = changes.prune(bounds.keepLogs());
      if (pruned.gone() > 0) {
        LOG.atInfo().addKeyValue("logs", pruned.gone()).log("Logs are now only in the bucket");
      }
      if (!pruned.kept().isEmpty()) {
        LOG.atDebug().addKeyValue("logs", pruned.kept()).log("Logs stay");
      }
    } catch (Unreachable | BucketUnavailableException e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("No log can move to the bucket now");
    }
  }

  /** Forgets idempotency keys and ids that were given long ago. */
  private void forgetKeys() throws InterruptedException {
    try {
      reservations.forget(ports.time().instant().minus(KEYS_HOLD));
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("No key was forgotten");
    }
  }

  /** One object serves one thread. */
  private QueryService queries() {
    return new QueryService(ports, settings);
  }
}
