package dev.deployclaw.ratelimit;

import dev.deployclaw.policy.gateway.GatewayDecisionTimeout;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** One more service of an estate, in a process of its own. */
record KillableService(DaemonProcess daemon, int port) implements AutoCloseable {
  private static final List<String> JVM =
      List.of(
          "-Xmx96m",
          "-XX:+UseSerialGC",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  /** Returns once it knows what is committed. */
  static KillableService start(Estate estate, Path folder) {
    int port = FreePortFinder.free();
    var nodes = estate.redis().nodes().stream().map(HostPort::toString);
    var command =
        JavaProgram.words(
            JVM,
            RateLimitMain.class,
            "--port=" + port,
            "--etcd=" + estate.etcd().endpoint(),
            "--prefix=" + Estate.PREFIX,
            "--redis-timeout-ms=" + GatewayDecisionTimeout.NGINX.longestRedisTimeout().toMillis(),
            "--redis=" + nodes.collect(Collectors.joining(",")));
    var daemon = DaemonProcess.start(new LaunchSpec(folder, "service", command));
    var started = new KillableService(daemon, port);
    started.awaitReady();
    return started;
  }

  /** SIGKILL: it ends at once, with all that it has in hand. */
  void kill() {
    daemon.kill();
  }

  /** Starts it again, as it was started first. */
  void restart() {
    daemon.restart();
    awaitReady();
  }

  @Override
  public void close() {
    daemon.close();
  }

  private void awaitReady() {
    daemon.awaitReady(
        Estate.LONG, () -> ServerReadiness.answers("http://127.0.0.1:" + port + "/readyz"));
  }
}
