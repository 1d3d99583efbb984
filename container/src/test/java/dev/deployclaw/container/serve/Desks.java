package dev.deployclaw.container.serve;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.journal.LogTailReader;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.container.config.MonitoringConfig;
import dev.deployclaw.container.config.NotificationSinkConfig;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.health.BackendHealthCheck;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.log.Journal.Shipping;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What tests of served agents share. */
public final class Desks {
  public static final Duration SOON = Duration.ofSeconds(60);

  private static final MonitoringConfig OFTEN =
      new MonitoringConfig(Duration.ofSeconds(1), Duration.ofHours(1));

  /** A sink that wants to know of nothing. */
  private static final NotificationSinkConfig NOBODY =
      new NotificationSinkConfig(
          "nobody",
          new NotificationSinkConfig.Target.Webhook("http://127.0.0.1:1", SecretValue.NONE),
          Set.of());

  private Desks() {}

  /** An estate of fakes. */
  public static Estate estate(
      FakeEstate world, Brake brake, Path stateDir, List<BackendHealthCheck> vitals) {
    return new Estate(
        brake.in(world.ports()),
        world.settings("agent"),
        HeadSigner.open(stateDir),
        vitals,
        () -> new Shipping(3, 2, "for a test"),
        (execution, had) -> LogTailReader.of(world.journal, execution, had),
        stateDir,
        new Watching(OFTEN, List.of(NOBODY), BackoffPolicy.DEFAULT, "/test/"));
  }

  /**
   * The same, with its logs in files.
   *
   * @param tails of the same files, but where a test needs others
   */
  public static Estate withFiles(Estate of, FileJournal journal, Estate.Tails tails) {
    var ports = of.ports();
    return new Estate(
        new AgentPorts(
            ports.state(),
            ports.objects(),
            ports.executors(),
            ports.sealer(),
            journal,
            ports.planner(),
            ports.procedures(),
            ports.time(),
            ports.writers()),
        of.settings(),
        of.signer(),
        of.vitals(),
        of.shipping(),
        tails,
        of.stateDir(),
        of.watching());
  }

  /** Where strangers may call as often as they like. */
  public static ServerConfig.Bounds patient() {
    var d = ServerConfig.Bounds.DEFAULT.shares();
    return bounds(
        new ServerConfig.Shares(
            d.streams(), 1_000_000, d.connections(), d.connectionsPerAddress()));
  }

  public static ServerConfig.Bounds bounds(ServerConfig.Shares shares) {
    var d = ServerConfig.Bounds.DEFAULT;
    return new ServerConfig.Bounds(
        d.queue(),
        d.bodyBytes(),
        d.requestsPerMinute(),
        d.streams(),
        d.heartbeat(),
        d.look(),
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

  static Asked asked(String text) {
    return Asked.task(text, "olivia", false, Optional.empty());
  }

  static String submit(Sidecar sidecar, String text) throws InterruptedException {
    return ((Desk.Answer.Accepted) sidecar.desk().submit(asked(text))).execution();
  }

  static String result(Sidecar sidecar, String execution) {
    return sidecar.executions().document(execution).map(d -> d.result()).orElse("");
  }

  static void awaitResult(Sidecar sidecar, String execution, String result) {
    BoundedWait.until(
        execution + " is " + result,
        SOON,
        () -> result(sidecar, execution).equals(result) && !sidecar.desk().busyWith(execution));
  }
}
