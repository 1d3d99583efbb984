package dev.deployclaw.container.server;

import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.container.approval.ApprovalDesk;
import dev.deployclaw.container.approval.platform.ChannelRegistry;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.health.BackendHealthMonitor;
import dev.deployclaw.container.intake.AcceptedTaskStore;
import dev.deployclaw.container.intake.IntakeVerticle;
import dev.deployclaw.container.intake.QueuePosition;
import dev.deployclaw.container.intake.TaskIntake;
import dev.deployclaw.container.intake.TaskQueue;
import dev.deployclaw.container.intake.UnfinishedTasks;
import dev.deployclaw.container.listener.ConnectionLimits;
import dev.deployclaw.container.metrics.BacklogTimer;
import dev.deployclaw.container.metrics.ServerMetrics;
import dev.deployclaw.container.monitor.EnforcementMonitor;
import dev.deployclaw.container.notification.DeliverySettings;
import dev.deployclaw.container.query.EstateAnswers;
import dev.deployclaw.container.query.EstateQueries;
import dev.deployclaw.container.query.ExecutionQueries;
import dev.deployclaw.container.query.TenantDirectory;
import dev.deployclaw.container.signin.SignInLog;
import dev.deployclaw.container.vertx.AgentVertx;
import dev.deployclaw.container.vertx.LocalEventBus;
import dev.deployclaw.container.vertx.LogEventBus;
import dev.deployclaw.container.vertx.PeriodicTask;
import dev.deployclaw.container.vertx.PeriodicTaskVerticle;
import dev.deployclaw.container.vertx.VerticleDeployer;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.log.NotifyingJournal;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.query.EstateAnswer;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.service.ExecutionReservations;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.task.TaskRequest;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent as a server: verticles on one Vert.x. {@link IntakeVerticle} accepts tasks, {@link
 * AgentVerticle} carries them out, a {@link PeriodicTaskVerticle} runs each background task; HTTP
 * is deployed beside them. The agent recovers first. If the process dies, the next start finishes
 * its work.
 */
public final class AgentServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentServer.class);
  private static final Duration LONGEST_START = Duration.ofSeconds(30);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  private final AgentResources resources;
  private final ServerConfig.Bounds bounds;
  private final ConnectionLimits connections;
  private final Vertx vertx;
  private final AgentPorts ports;
  private final TaskQueue queue;
  private final TaskIntake intake;
  private final UnfinishedTasks unfinished;
  private final IntakeVerticle intakeVerticle;
  private final AgentVerticle agent;
  private final ExecutionQueries executions;
  private final EstateQueries estate;
  private final TenantDirectory tenants;
  private final BackendHealthMonitor health;
  private final ServerMetrics metrics = new ServerMetrics();
  private final SignInLog signIns;
  private final EstateMonitor monitor;
  private final MaintenanceTasks maintenance;
  private final ChannelRegistry channels;
  private final ApprovalDesk approvals;
  private final BacklogTimer backlog;
  private final List<PeriodicTaskVerticle> periodic = new ArrayList<>();
  private final AtomicBoolean stopped = new AtomicBoolean();

  private AgentServer(AgentResources resources, ServerConfig.Bounds bounds) {
    this.resources = resources;
    this.bounds = bounds;
    var shares = bounds.shares();
    this.connections = new ConnectionLimits(shares.connections(), shares.connectionsPerAddress());
    this.vertx = AgentVertx.over(connections.transport());
    var bus = LocalEventBus.of(vertx);
    var logEvents = new LogEventBus(bus);
    var leadership = new LeadershipTrackingStore(resources.ports().state());
    var given = resources.ports();
    this.ports = given.behind(leadership, new NotifyingJournal(given.journal(), logEvents));
    this.backlog = new BacklogTimer(ports.time());
    this.signIns = new SignInLog(metrics, resources.signIns(), System::nanoTime);
    this.queue = new TaskQueue(bounds.queue(), () -> bus.send(AgentVerticle.TASK_QUEUED, ""));
    this.intake = new TaskIntake(bus, queue);
    String owner = resources.signer().publicKey();
    this.unfinished =
        new UnfinishedTasks(
            AcceptedTaskStore.in(resources.stateDir()),
            ports.journal(),
            new ExecutionReservations(ports, owner));
    this.intakeVerticle = new IntakeVerticle(bus, queue, owner, ports, unfinished);
    var settings = resources.settings();
    var patient = new ChangeService(ports, settings.waiting(bounds.leaderWait()), metrics);
    this.agent = new AgentVerticle(bus, queue, patient, unfinished, metrics);
    this.estate = new EstateQueries(this::queries, ports.time());
    this.tenants = new TenantDirectory(this::queries);
    this.health = new BackendHealthMonitor(resources.vitals(), this::queries, ports.time());
    var positions =
        new QueuePosition(
            queue,
            () ->
                health
                    .last()
                    .flatMap(BackendHealthMonitor.Snapshot::status)
                    .flatMap(AgentStatusReport::open));
    var logs = new ExecutionQueries.Logs(ports.journal(), resources.tails());
    this.executions = new ExecutionQueries(logs, resources.signer(), logEvents, positions);
    var views = new EstateMonitor.Views(health, executions, signIns, metrics);
    this.monitor = EstateMonitor.start(resources, this::changes, views);
    var archiver = LogArchiver.of(resources.stateDir(), ports.objects(), resources.signer());
    var parts = new MaintenanceTasks.Parts(queue, intake, agent, archiver, owner);
    this.maintenance = new MaintenanceTasks(ports, settings, parts, bounds);
    var watching = resources.watching();
    var delivery = new DeliverySettings(watching.patience(), ports.time(), metrics::notified);
    this.channels = new ChannelRegistry(watching.channels(), delivery);
    this.approvals =
        new ApprovalDesk(
            channels.channels(),
            new ApprovalDesk.Parts(
                ports.state(), this::queries, intake, executions::request, delivery));
    measure(leadership);
  }

  /** The same, which begins at once. */
  public static AgentServer start(AgentResources resources, ServerConfig.Bounds bounds) {
    var server = create(resources, bounds);
    server.deploy();
    return server;
  }

  /** One that begins when it is deployed. The resources are the caller's to close, afterwards. */
  public static AgentServer create(AgentResources resources, ServerConfig.Bounds bounds) {
    var server = new AgentServer(resources, bounds);
    server.queue.enterRecovery();
    return server;
  }

  /** Begins: recovers, takes tasks, looks after the estate. */
  public void deploy() {
    VerticleDeployer.deploy(vertx, intakeVerticle, LONGEST_START);
    VerticleDeployer.deploy(vertx, agent, LONGEST_START);
    var tasks = new ArrayList<PeriodicTask>();
    tasks.add(new PeriodicTask("sample-health", bounds.look(), this::sampleHealth));
    tasks.add(new PeriodicTask("tenant-index", bounds.look(), tenants::prepare));
    tasks.add(
        new PeriodicTask(
            "sign-ins", MaintenanceTasks.EVERY_MINUTE, () -> signIns.settle(bounds.keepLogs())));
    tasks.addAll(maintenance.all());
    tasks.addAll(monitor.tasks());
    tasks.addAll(approvals.tasks());
    for (var task : tasks) {
      var verticle = new PeriodicTaskVerticle(task);
      periodic.add(verticle);
      VerticleDeployer.deploy(vertx, verticle, LONGEST_START);
    }
  }

  /** On which other verticles are deployed. */
  public Vertx vertx() {
    return vertx;
  }

  public ConnectionLimits connections() {
    return connections;
  }

  public AgentResources resources() {
    return resources;
  }

  /** Where tasks and decisions enter. */
  public TaskIntake intake() {
    return intake;
  }

  public TaskQueue queue() {
    return queue;
  }

  public ExecutionQueries executions() {
    return executions;
  }

  public EstateQueries estate() {
    return estate;
  }

  public BackendHealthMonitor health() {
    return health;
  }

  public ServerMetrics metrics() {
    return metrics;
  }

  /** Where it is told who signs in. */
  public SignInLog signIns() {
    return signIns;
  }

  public EnforcementMonitor enforcement() {
    return monitor.enforcement();
  }

  public UnfinishedTasks unfinished() {
    return unfinished;
  }

  MaintenanceTasks maintenance() {
    return maintenance;
  }

  public ServerConfig.Bounds bounds() {
    return bounds;
  }

  /** Whether the agent loop runs; it says nothing of the back ends. */
  public boolean isAlive() {
    return agent.isAlive();
  }

  /** Whether no unfinished work of an earlier agent is known. */
  public boolean hasRecovered() {
    return agent.hasRecovered();
  }

  /** Where decisions on holds enter. */
  public ApprovalDesk approvals() {
    return approvals;
  }

  /** Where people decide beside the API, the console and a terminal. */
  public ChannelRegistry channels() {
    return channels;
  }

  /** Plans, freezes and thaws beside the agent loop. One object serves one thread. */
  public ChangeService changes() {
    return new ChangeService(ports, resources.settings(), ProgressListener.NONE);
  }

  /** When a request is received that comes now. */
  public Instant now() {
    return ports.time().instant();
  }

  public TenantDirectory tenants() {
    return tenants;
  }

  /** The answer to a request that asks about the estate; empty where it asks for something else. */
  public Optional<EstateAnswer> answer(String request, String who) throws InterruptedException {
    var changes = changes();
    var question = changes.question(new TaskRequest(request, who, ports.time().instant()));
    return question.isPresent()
        ? Optional.of(new EstateAnswers(changes, ports.journal()).answer(question.get()))
        : Optional.empty();
  }

  public boolean isAccepting() {
    return !queue.isClosed();
  }

  /** Accepts no new task; a waiting one is declined when the agent stops. */
  public void stopAccepting() {
    queue.close();
  }

  /**
   * Accepts no new task, gives the running one its time, and stops all background tasks. HTTP still
   * answers, so that event streams bring their results.
   */
  public void stop() {
    if (stopped.getAndSet(true)) {
      return;
    }
    stopAccepting();
    periodic.forEach(PeriodicTaskVerticle::interrupt);
    try {
      boolean whole = agent.finish(bounds.stopWithin());
      LOG.atInfo().addKeyValue("whole", whole).log("The agent stopped");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    monitor.close();
    channels.close();
  }

  /** Stops what {@link #stop} left. */
  @Override
  public void close() {
    stop();
    try {
      VerticleDeployer.await(vertx.close(), LONGEST_STOP);
    } catch (ExecutionException | TimeoutException e) {
      LOG.atWarn().setCause(e).log("A verticle didn't stop in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    signIns.close();
  }

  void sampleHealth() throws InterruptedException {
    metrics.sampled(health.sample(Duration.ZERO));
    var _ = backlog.seconds(resources.shipping().get().pending());
  }

  private QueryService queries() {
    return new QueryService(ports, resources.settings());
  }

  private void measure(LeadershipTrackingStore leadership) {
    metrics.gauge("leader", "Whether this process leads.", () -> leadership.leads() ? 1 : 0);
    metrics.gauge("active.epoch", "The committed epoch.", () -> ServerMetrics.epoch(health));
    metrics.gauge("queue.waiting", "Tasks that wait for the agent.", () -> queue.waiting().size());
    metrics.gauge(
        "audit.backlog.records",
        "Records that the stream hasn't acknowledged.",
        () -> resources.shipping().get().pending());
    metrics.gauge(
        "audit.backlog.seconds",
        "Time since the stream last had all records.",
        () -> backlog.seconds(resources.shipping().get().pending()));
    metrics.gauge(
        "changes.held",
        "Changes that wait for a person.",
        () ->
            health
                .last()
                .flatMap(BackendHealthMonitor.Snapshot::status)
                .map(s -> s.waiting().size())
                .orElse(0));
    metrics.gauge("http.connections", "Connections that are open.", connections::size);
  }
}
