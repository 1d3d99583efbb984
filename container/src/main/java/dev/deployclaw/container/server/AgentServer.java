package dev.deployclaw.container.server;

import dev.deployclaw.container.telemetry.BacklogTimer;
import dev.deployclaw.container.telemetry.ServerMetrics;
import dev.deployclaw.container.vertx.LogEventBus;
import dev.deployclaw.container.vertx.PeriodicTask;
import dev.deployclaw.container.vertx.PeriodicTaskVerticle;

import dev.deployclaw.container.health.BackendHealthMonitor;
import dev.deployclaw.container.intake.AcceptedTaskStore;
import dev.deployclaw.container.intake.OverlayExpiryTask;
import dev.deployclaw.container.intake.QueuePosition;
import dev.deployclaw.container.intake.TaskQueue;
import dev.deployclaw.container.intake.UnfinishedTasks;
import dev.deployclaw.container.monitor.EstateMonitor;
import dev.deployclaw.container.query.EstateQueries;
import dev.deployclaw.container.query.ExecutionQueries;

import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.monitor.EnforcementMonitor;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.NotifyingJournal;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.service.ApprovalRefusal;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.service.HeldPlan;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of the process, joined and running: a desk for tasks, a worker, the rounds, and those
 * that tell. It recovers first. Whatever it dies of, the next start goes on.
 */
public final class AgentServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentServer.class);
  private static final String LEADER = "leader";

  private final AgentResources estate;
  private final ServerConfig.Bounds bounds;
  private final AgentPorts ports;
  private final AgentSettings settings;
  private final TaskQueue desk;
  private final AgentVerticle worker;
  private final ExecutionQueries executions;
  private final EstateQueries looks;
  private final BackendHealthMonitor pulse;
  private final ServerMetrics meters;
  private final EstateMonitor lookout;
  private final BacklogTimer backlog;
  private final LogArchiver segments;
  private final PeriodicTaskVerticle rounds = new PeriodicTaskVerticle();
  private final Set<String> accounted = ConcurrentHashMap.newKeySet();

  private AgentServer(AgentResources estate, ServerConfig.Bounds bounds) {
    this.estate = estate;
    this.bounds = bounds;
    var feed = new LogEventBus();
    var state = new LeadershipTrackingStore(estate.ports().state());
    this.ports = told(estate.ports(), state, feed);
    this.settings = estate.settings();
    this.segments = LogArchiver.of(estate.stateDir(), ports.objects(), estate.signer());
    this.meters = new ServerMetrics();
    this.backlog = new BacklogTimer(ports.time());
    var leftovers = new UnfinishedTasks(AcceptedTaskStore.in(estate.stateDir()), ports.journal());
    this.desk = new TaskQueue(estate.signer().publicKey(), ports, leftovers, bounds.queue());
    var patient = new ChangeService(ports, settings.waiting(bounds.leaderWait()), meters);
    this.worker = new AgentVerticle(desk, patient, leftovers, meters);
    this.looks = new EstateQueries(this::queries, ports.time());
    this.pulse = new BackendHealthMonitor(estate.vitals(), this::queries, ports.time());
    var turns =
        new QueuePosition(
            desk, () -> pulse.last().flatMap(BackendHealthMonitor.Beat::status).flatMap(AgentStatusReport::open));
    var logs = new ExecutionQueries.Logs(ports.journal(), estate.tails());
    this.executions = new ExecutionQueries(logs, estate.signer(), feed, turns);
    var views = new EstateMonitor.Views(pulse, executions, meters);
    this.lookout = EstateMonitor.start(estate, this::architect, views);
    measure(state);
  }

  /** The estate is the caller's to close, afterwards. */
  public static AgentServer start(AgentResources estate, ServerConfig.Bounds bounds) {
    var sidecar = new AgentServer(estate, bounds);
    sidecar.desk.recover();
    sidecar.worker.start();
    sidecar.rounds.start(MaintenanceTasks.of(sidecar));
    return sidecar;
  }

  public TaskQueue desk() {
    return desk;
  }

  public ExecutionQueries executions() {
    return executions;
  }

  public EstateQueries looks() {
    return looks;
  }

  public BackendHealthMonitor pulse() {
    return pulse;
  }

  public ServerMetrics meters() {
    return meters;
  }

  /** How the enforcement points stand. */
  public EnforcementMonitor watcher() {
    return lookout.watcher();
  }

  /** The rounds of watching. */
  List<PeriodicTask> watching() {
    return lookout.rounds();
  }

  public ServerConfig.Bounds bounds() {
    return bounds;
  }

  AgentSettings settings() {
    return settings;
  }

  /** Whether its own loop still runs; not whether the back ends do. */
  public boolean lives() {
    return worker.lives();
  }

  /** Whether nothing that an earlier agent left is known to be unfinished. */
  public boolean recovered() {
    return worker.recovered();
  }

  /**
   * Why a person's word on a change would be refused now; it is judged again when carried out.
   *
   * @param plan for an approval, the plan's hash that is quoted, or how it begins
   */
  public Optional<ApprovalRefusal> objection(
      String execution, String who, boolean approves, String plan) throws InterruptedException {
    return queries().objection(execution, who, approves, plan);
  }

  /** What a held execution would change; empty where it isn't held. */
  public Optional<HeldPlan> heldPlan(String execution) throws InterruptedException {
    return queries().heldPlan(execution);
  }

  /** Stops every change that isn't committed, at once; a way back goes on. */
  public RequestOutcome freeze(String who, String reason) throws InterruptedException {
    return architect().freeze(who, reason);
  }

  /** Lets changes begin and commit again. */
  public RequestOutcome thaw(String who) throws InterruptedException {
    return architect().thaw(who);
  }

  /** Whether new tasks are taken on. */
  public boolean accepting() {
    return !desk.isClosed();
  }

  /** Takes no new task on; what was accepted before the worker stops is declined or finished. */
  public void stopAccepting() {
    desk.close();
  }

  @Override
  public void close() {
    stop();
  }

  /** Takes no new task on, gives the one at work its time, then stops everything. */
  public void stop() {
    stopAccepting();
    rounds.close();
    try {
      boolean whole = worker.stop(bounds.stopWithin());
      LOG.atInfo().addKeyValue("whole", whole).log("The worker stopped");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lookout.close();
  }

  public void look() throws InterruptedException {
    meters.felt(pulse.feel(Duration.ZERO));
    var _ = backlog.seconds(estate.shipping().get().pending());
  }

  /**
   * A change that is open while nobody leads was left by an agent that died; what the stream was
   * given again is accounted for by who leads.
   */
  void recoverIfAbandoned() throws InterruptedException {
    try {
      var state = ports.state();
      boolean abandoned = state.get(StoreKeys.OPEN).isPresent() && state.get(LEADER).isEmpty();
      boolean repaired = unaccounted();
      if (abandoned || repaired || !worker.recovered()) {
        desk.recover();
      }
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Can't see what is open");
    }
  }

  /** Whether there is a repair for which no recovery was asked yet. */
  private boolean unaccounted() {
    var names = ports.journal().stream().repaired().stream().map(r -> r.name()).toList();
    return accounted.addAll(names);
  }

  /**
   * What was asked for a while, and whose time is over, is taken back by a change of its own:
   * judged by the gate as any, and asked for once, whichever agent is the first. Where that ended
   * otherwise, it is asked for again, later and later.
   */
  void endOverlays() throws InterruptedException {
    var standing = queries().standing();
    boolean rests = standing.exit() == ExitCode.OK && standing.open().isEmpty();
    if (!rests || standing.frozen().isPresent()) {
      return;
    }
    try {
      var status = queries().status();
      for (var overlay : status.expired()) {
        end(overlay, status);
      }
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Nothing ended");
    }
  }

  /** Hands in what is due by now. */
  void keepTime() throws InterruptedException {
    try {
      for (String execution : queries().due()) {
        if (desk.begin(execution)) {
          LOG.atInfo().addKeyValue("execution", execution).log("What was scheduled is due");
        }
      }
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Can't see what is due");
    }
  }

  private void end(Overlay overlay, AgentStatusReport status) throws InterruptedException {
    for (int tries = 0; OverlayExpiryTask.due(overlay, tries, ports.time().instant()); tries++) {
      switch (desk.submit(OverlayExpiryTask.of(overlay, tries))) {
        case TaskQueue.Answer.Repeated(String earlier) -> {
          if (desk.busyWith(earlier) || isHeld(earlier, status)) {
            return;
          }
        }
        case TaskQueue.Answer.Accepted(String execution) -> {
          LOG.atInfo()
              .addKeyValue("of", overlay.by().execution())
              .addKeyValue("execution", execution)
              .log("An overlay's time is over");
          return;
        }
        case TaskQueue.Answer.KeyReused _, TaskQueue.Answer.Full _, TaskQueue.Answer.Closed _ -> {
          return;
        }
      }
    }
  }

  private static boolean isHeld(String execution, AgentStatusReport status) {
    return status.waiting().stream().anyMatch(w -> w.id().equals(execution));
  }

  /**
   * Brings to the object store what it could not take before, and logs that have ended; what it has
   * of those that are long over may then leave etcd and this machine.
   */
  void settleObjects() throws InterruptedException {
    copyLogs();
    prune();
  }

  private void copyLogs() throws InterruptedException {
    int waiting = ports.objects().settle();
    if (waiting > 0) {
      LOG.atWarn().addKeyValue("objects", waiting).log("Checkpoints wait for the object store");
      return;
    }
    segments
        .store()
        .trouble()
        .ifPresent(
            why -> LOG.atWarn().addKeyValue("reason", why).log("Logs wait for the object store"));
  }

  private void prune() throws InterruptedException {
    try {
      var pruned = architect().prune(bounds.keepLogs());
      if (pruned.gone() > 0) {
        LOG.atInfo().addKeyValue("logs", pruned.gone()).log("Logs lie in the bucket alone now");
      }
      if (!pruned.kept().isEmpty()) {
        LOG.atDebug().addKeyValue("logs", pruned.kept()).log("Logs stay");
      }
    } catch (Unreachable | BucketUnavailableException e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("No log can leave now");
    }
  }

  void forgetReservations(Duration after) throws InterruptedException {
    try {
      desk.forget(ports.time().instant().minus(after));
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Nothing forgotten");
    }
  }

  /** One object serves one thread. */
  private QueryService queries() {
    return new QueryService(ports, settings);
  }

  private ChangeService architect() {
    return new ChangeService(ports, settings, ProgressListener.NONE);
  }

  private void measure(LeadershipTrackingStore state) {
    meters.gauge("leader", "Whether this process leads.", () -> state.leads() ? 1 : 0);
    meters.gauge("active.epoch", "The committed epoch.", () -> ServerMetrics.epoch(pulse));
    meters.gauge("queue.waiting", "Tasks that wait for the worker.", () -> desk.waiting().size());
    meters.gauge(
        "audit.backlog.records",
        "Records that the stream hasn't acknowledged.",
        () -> estate.shipping().get().pending());
    meters.gauge(
        "audit.backlog.seconds",
        "Since the stream last had all records.",
        () -> backlog.seconds(estate.shipping().get().pending()));
    meters.gauge(
        "changes.held",
        "Changes that wait for a person.",
        () -> pulse.last().flatMap(BackendHealthMonitor.Beat::status).map(s -> s.waiting().size()).orElse(0));
  }

  private static AgentPorts told(AgentPorts ports, LeadershipTrackingStore state, LogEventBus feed) {
    return new AgentPorts(
        state,
        ports.objects(),
        ports.executors(),
        ports.recorder(),
        new NotifyingJournal(ports.journal(), feed),
        ports.planner(),
        ports.playbook(),
        ports.time(),
        ports.writers());
  }
}
