package dev.deployclaw.container.serve;

import dev.deployclaw.audit.FileJournal;
import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.audit.LogTail;
import dev.deployclaw.container.config.Notify;
import dev.deployclaw.container.config.Secret;
import dev.deployclaw.container.config.Serve;
import dev.deployclaw.container.config.Watch;
import dev.deployclaw.container.notify.Patience;
import dev.deployclaw.container.wiring.Vital;
import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.log.Journal.Shipping;
import dev.deployclaw.core.runtime.Ports;
import dev.deployclaw.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What tests of served agents share. */
public final class Desks {
  public static final Duration SOON = Duration.ofSeconds(60);

  private static final Watch OFTEN = new Watch(Duration.ofSeconds(1), Duration.ofHours(1));

  /** A sink that wants to know of nothing. */
  private static final Notify NOBODY =
      new Notify("nobody", new Notify.Target.Webhook("http://127.0.0.1:1", Secret.NONE), Set.of());

  private Desks() {}

  /** An estate of fakes. */
  public static Estate estate(World world, Brake brake, Path stateDir, List<Vital> vitals) {
    return new Estate(
        brake.in(world.ports()),
        world.settings("agent"),
        HeadSigner.open(stateDir),
        vitals,
        () -> new Shipping(3, 2, "for a test"),
        (execution, had) -> LogTail.of(world.journal, execution, had),
        stateDir,
        new Watching(OFTEN, List.of(NOBODY), Patience.DEFAULT, "/test/"));
  }

  /**
   * The same, with its logs in files.
   *
   * @param tails of the same files, but where a test needs others
   */
  public static Estate withFiles(Estate of, FileJournal journal, Estate.Tails tails) {
    var ports = of.ports();
    return new Estate(
        new Ports(
            ports.state(),
            ports.objects(),
            ports.executors(),
            ports.recorder(),
            journal,
            ports.planner(),
            ports.playbook(),
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
  public static Serve.Bounds patient() {
    var d = Serve.Bounds.DEFAULT.shares();
    return bounds(
        new Serve.Shares(d.streams(), 1_000_000, d.connections(), d.connectionsPerAddress()));
  }

  public static Serve.Bounds bounds(Serve.Shares shares) {
    var d = Serve.Bounds.DEFAULT;
    return new Serve.Bounds(
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
  public static Serve.Bounds bounds(int queue, Duration stopWithin) {
    var d = Serve.Bounds.DEFAULT;
    return new Serve.Bounds(
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
    Await.until(
        execution + " is " + result,
        SOON,
        () -> result(sidecar, execution).equals(result) && !sidecar.desk().busyWith(execution));
  }
}
