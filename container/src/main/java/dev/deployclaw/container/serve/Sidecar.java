package dev.deployclaw.container.serve;

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
public final class Sidecar implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sidecar.class);
  private static final String LEADER = "leader";

  private final Estate estate;
  private final ServerConfig.Bounds bounds;
  private final AgentPorts ports;
  private final AgentSettings settings;
  private final Desk desk;
  private final Worker worker;
  private final Executions executions;
  private final Looks looks;
  private final Pulse pulse;
  private final Meters meters;
  private final Lookout lookout;
  private final Backlog backlog;
  private final LogArchiver segments;
  private final Rounds rounds = new Rounds();
  private final Set<String> accounted = ConcurrentHashMap.newKeySet();

  private Sidecar(Estate estate, ServerConfig.Bounds bounds) {
    this.estate = estate;
    this.bounds = bounds;
    var feed = new ThoughtFeed();
    var state = new WatchedStore(estate.ports().state());
    this.ports = told(estate.ports(), state, feed);
    this.settings = estate.settings();
    this.segments = LogArchiver.of(estate.stateDir(), ports.objects(), estate.signer());
    this.meters = new Meters();
    this.backlog = new Backlog(ports.time());
    var leftovers = new Leftovers(AcceptedTasks.in(estate.stateDir()), ports.journal());
    this.desk = new Desk(estate.signer().publicKey(), ports, leftovers, bounds.queue());
    var patient = new ChangeService(ports, settings.waiting(bounds.leaderWait()), meters);
    this.worker = new Worker(desk, patient, leftovers, meters);
    this.looks = new Looks(this::queries, ports.time());
    this.pulse = new Pulse(estate.vitals(), this::queries, ports.time());
    var turns =
        new Turns(
            desk, () -> pulse.last().flatMap(Pulse.Beat::status).flatMap(AgentStatusReport::open));
    var logs = new Executions.Logs(ports.journal(), estate.tails());
    this.executions = new Executions(logs, estate.signer(), feed, turns);
    var views = new Lookout.Views(pulse, executions, meters);
    this.lookout = Lookout.start(estate, this::changeService, views);
    measure(state);
  }

  /** The estate is the caller's to close, afterwards. */
  public static Sidecar start(Estate estate, ServerConfig.Bounds bounds) {
    var sidecar = new Sidecar(estate, bounds);
    sidecar.desk.recover();
    sidecar.worker.start();
    sidecar.rounds.start(Duties.of(sidecar));
    return sidecar;
  }

  public Desk desk() {
    return desk;
  }

  public Executions executions() {
    return executions;
  }

  public Looks looks() {
    return looks;
  }

  public Pulse pulse() {
    return pulse;
  }

  public Meters meters() {
    return meters;
  }

  /** How the enforcement points stand. */
  public EnforcementMonitor watcher() {
    return lookout.watcher();
  }

  /** The rounds of watching. */
  List<Round> watching() {
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
    return changeService().freeze(who, reason);
  }

  /** Lets changes begin and commit again. */
  public RequestOutcome thaw(String who) throws InterruptedException {
    return changeService().thaw(who);
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

  void look() throws InterruptedException {
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
    var standing = queries().storeStatus();
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
    for (int tries = 0; Ends.due(overlay, tries, ports.time().instant()); tries++) {
      switch (desk.submit(Ends.of(overlay, tries))) {
        case Desk.Answer.Repeated(String earlier) -> {
          if (desk.busyWith(earlier) || isHeld(earlier, status)) {
            return;
          }
        }
        case Desk.Answer.Accepted(String execution) -> {
          LOG.atInfo()
              .addKeyValue("of", overlay.by().execution())
              .addKeyValue("execution", execution)
              .log("An overlay's time is over");
          return;
        }
        case Desk.Answer.KeyReused _, Desk.Answer.Full _, Desk.Answer.Closed _ -> {
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
      var pruned = changeService().prune(bounds.keepLogs());
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

  private ChangeService changeService() {
    return new ChangeService(ports, settings, ProgressListener.NONE);
  }

  private void measure(WatchedStore state) {
    meters.gauge("leader", "Whether this process leads.", () -> state.leads() ? 1 : 0);
    meters.gauge("active.epoch", "The committed epoch.", () -> Meters.epoch(pulse));
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
        () -> pulse.last().flatMap(Pulse.Beat::status).map(s -> s.waiting().size()).orElse(0));
  }

  private static AgentPorts told(AgentPorts ports, WatchedStore state, ThoughtFeed feed) {
    return new AgentPorts(
        state,
        ports.objects(),
        ports.executors(),
        ports.sealer(),
        new NotifyingJournal(ports.journal(), feed),
        ports.planner(),
        ports.procedures(),
        ports.time(),
        ports.writers());
  }
}
