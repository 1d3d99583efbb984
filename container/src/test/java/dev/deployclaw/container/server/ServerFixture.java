package dev.deployclaw.container.server;

import dev.deployclaw.audit.journal.LogTailReader;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.container.config.AccessLogConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.MonitoringConfig;
import dev.deployclaw.container.config.NotificationSinkConfig;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.health.BackendHealthCheck;
import dev.deployclaw.container.intake.SubmissionResult;
import dev.deployclaw.container.intake.TaskSubmission;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.query.LogTails;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Journal.Shipping;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.Procedure.OnFailure;
import dev.deployclaw.core.procedure.Procedure.ProcedureStep;
import dev.deployclaw.core.procedure.ProcedureRegistry;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What tests of served agents share. */
public final class ServerFixture {
  public static final Duration SOON = Duration.ofSeconds(60);

  private static final MonitoringConfig OFTEN =
      new MonitoringConfig(Duration.ofSeconds(1), Duration.ofHours(1));

  /** A sink that wants to know of nothing. */
  private static final NotificationSinkConfig SILENT =
      new NotificationSinkConfig(
          "silent",
          new NotificationSinkConfig.Target.Webhook("http://127.0.0.1:1", SecretValue.NONE),
          Set.of());

  private ServerFixture() {}

  /** An estate of fakes. */
  public static AgentResources estate(
      FakeEstate world, ExecutorBrake brake, Path stateDir, List<BackendHealthCheck> vitals) {
    return new AgentResources(
        brake.in(world.ports()),
        world.settings("agent"),
        HeadSigner.open(stateDir),
        vitals,
        () -> new Shipping(3, 2, "for a test"),
        (execution, had) -> LogTailReader.of(world.journal, execution, had),
        TextMask.OWN,
        stateDir,
        new MonitoringSettings(OFTEN, List.of(SILENT), List.of(), BackoffPolicy.DEFAULT, "/test/"),
        List.of());
  }

  /**
   * The same, with its logs in files.
   *
   * @param tails of the same files, but where a test needs others
   */
  public static AgentResources withFiles(AgentResources of, Journal journal, LogTails tails) {
    var ports = of.ports();
    var filed = ports(ports, journal, ports.procedures(), ports.time());
    return resources(of, filed, tails, of.watching());
  }

  /** The same, whose scans ask all members what they enforce. */
  public static AgentResources scanning(AgentResources of) {
    var ports = of.ports();
    var looks = List.of("redis.topology", "ratelimit.topology", "redis.scan", "gateway.scan");
    var step =
        new ProcedureStep("scan", "Looking", looks, List.of(), List.of(), false, OnFailure.ABORT);
    var scan = new Procedure("scan", "00", List.of(step));
    ProcedureRegistry procedures =
        operation -> operation == TaskOperation.SCAN ? scan : ports.procedures().of(operation);
    var looking = ports(ports, ports.journal(), procedures, ports.time());
    return resources(of, looking, of.tails(), of.watching());
  }

  /** The same, with channels in which holds are shown, by another clock. */
  public static AgentResources withChannels(
      AgentResources of,
      List<ApprovalChannelConfig> channels,
      BackoffPolicy patience,
      AgentClock clock) {
    var ports = of.ports();
    var timed = ports(ports, ports.journal(), ports.procedures(), clock);
    var watching = new MonitoringSettings(OFTEN, List.of(SILENT), channels, patience, "/test/");
    return resources(of, timed, of.tails(), watching);
  }

  /** The same, with this mask of what people type. */
  public static AgentResources masking(AgentResources of, TextMask mask) {
    return new AgentResources(
        of.ports(),
        of.settings(),
        of.signer(),
        of.vitals(),
        of.shipping(),
        of.tails(),
        mask,
        of.stateDir(),
        of.watching(),
        of.accessLogs());
  }

  private static AgentPorts ports(
      AgentPorts of, Journal journal, ProcedureRegistry procedures, AgentClock time) {
    return new AgentPorts(
        of.state(),
        of.objects(),
        of.executors(),
        of.sealer(),
        journal,
        of.planner(),
        procedures,
        time,
        of.writers(),
        of.sets());
  }

  private static AgentResources resources(
      AgentResources of, AgentPorts ports, LogTails tails, MonitoringSettings watching) {
    return new AgentResources(
        ports,
        of.settings(),
        of.signer(),
        of.vitals(),
        of.shipping(),
        tails,
        of.mask(),
        of.stateDir(),
        watching,
        of.accessLogs());
  }

  /** The same, with logs of gateways. */
  public static AgentResources withAccessLogs(AgentResources of, List<AccessLogConfig> logs) {
    return new AgentResources(
        of.ports(),
        of.settings(),
        of.signer(),
        of.vitals(),
        of.shipping(),
        of.tails(),
        of.mask(),
        of.stateDir(),
        of.watching(),
        logs);
  }

  /** Where strangers may call as often as they like. */
  public static ServerConfig.Bounds patient() {
    return bounds(ofStrangers());
  }

  /** The same, where files that change are soon seen. */
  public static ServerConfig.Bounds attentive() {
    return bounds(ofStrangers(), Duration.ofMillis(100));
  }

  private static ServerConfig.Shares ofStrangers() {
    var d = ServerConfig.Bounds.DEFAULT.shares();
    return new ServerConfig.Shares(
        d.streams(), 1_000_000, d.connections(), d.connectionsPerAddress());
  }

  public static ServerConfig.Bounds bounds(ServerConfig.Shares shares) {
    return bounds(shares, ServerConfig.Bounds.DEFAULT.look());
  }

  private static ServerConfig.Bounds bounds(ServerConfig.Shares shares, Duration look) {
    var d = ServerConfig.Bounds.DEFAULT;
    return new ServerConfig.Bounds(
        d.queue(),
        d.bodyBytes(),
        d.requestsPerMinute(),
        d.streams(),
        d.heartbeat(),
        look,
        d.leaderWait(),
        d.stopWithin(),
        d.keepLogs(),
        shares);
  }

  /** Bounds that differ in what a test needs. */
  public static ServerConfig.Bounds bounds(int queue, Duration stopWithin) {
    var d = ServerConfig.Bounds.DEFAULT;
    return new ServerConfig.Bounds(
        queue,
        d.bodyBytes(),
        d.requestsPerMinute(),
        d.streams(),
        d.heartbeat(),
        d.look(),
        Duration.ofSeconds(30),
        stopWithin,
        d.keepLogs(),
        d.shares());
  }

  static TaskSubmission asked(String text) {
    return TaskSubmission.task(text, "olivia", false, Optional.empty());
  }

  public static String submit(AgentServer server, String text) throws InterruptedException {
    return ((SubmissionResult.Accepted) server.intake().submit(asked(text))).execution();
  }

  public static String result(AgentServer server, String execution) {
    return server.executions().document(execution).map(d -> d.result()).orElse("");
  }

  public static void awaitResult(AgentServer server, String execution, String result) {
    BoundedWait.until(
        execution + " is " + result,
        SOON,
        () -> result(server, execution).equals(result) && !server.queue().isBusyWith(execution));
  }
}
