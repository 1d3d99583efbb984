package dev.deployclaw.testkit.docker;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.ExecutableFinder;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.process.SystemTool;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.lang3.function.Failable;

/**
 * A {@code dockerd} of our own, started as root: data, sockets and process id in one folder, a
 * bridge and addresses of its own, no packet filter touched. Published ports work, through the
 * daemon's own proxy. Stopping it leaves nothing behind.
 */
public final class DockerdProcess implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(60);
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  private static final int NET_ADMIN = 12;

  private static final int SYS_ADMIN = 21;
  private static final String NAME = "dockerd";
  private static final String BRIDGE = "bridge";
  private static final List<String> PROGRAMS = List.of("dockerd", "containerd", "runc", "ip");

  private final Path folder;
  private final DaemonProcess daemon;
  private final NetworkBridge bridge;
  private final Thread hook = new Thread(this::stop, "stop-dockerd");

  private DockerdProcess(Path folder, DaemonProcess daemon, NetworkBridge bridge) {
    this.folder = folder;
    this.daemon = daemon;
    this.bridge = bridge;
  }

  /** Certificates by which client and daemon know each other. */
  public record Tls(Path ca, Path cert, Path key) {}

  /** Why none can be started here; empty where one can. */
  public static Optional<String> missing() {
    if (!SystemTool.isRoot()) {
      return Optional.of("no Docker daemon can be started without root");
    }
    if (!SystemTool.may(NET_ADMIN) || !SystemTool.may(SYS_ADMIN) || !Files.isWritable(CGROUPS)) {
      return Optional.of("this root may not make the networks and groups of a Docker daemon");
    }
    return PROGRAMS.stream()
        .filter(p -> !ExecutableFinder.has(p))
        .findFirst()
        .map(p -> p + " is missing for a Docker daemon: apt-get install docker.io iproute2");
  }

  /** Listens on {@link #host} only. */
  public static DockerdProcess start(Path folder) {
    return start(folder, List.of());
  }

  /**
   * Listens on the port of the loopback address too, for clients that the authority vouches for.
   */
  public static DockerdProcess start(Path folder, int port, Tls tls) {
    return start(
        folder,
        List.of(
            "--host=tcp://" + HostPort.loopback(port),
            "--tlsverify",
            "--tlscacert=" + tls.ca(),
            "--tlscert=" + tls.cert(),
            "--tlskey=" + tls.key()));
  }

  private static DockerdProcess start(Path folder, List<String> more) {
    Path home = folder.toAbsolutePath().normalize();
    NetworkBridge bridge = NetworkBridge.create();
    try {
      TestFiles.write(home.resolve("daemon.json"), "{}");
      TestFiles.write(home.resolve(BRIDGE), Integer.toString(bridge.block()));
      DaemonProcess daemon =
          DaemonProcess.start(new LaunchSpec(home, NAME, command(home, bridge, more)));
      daemon.leave();
      var started = new DockerdProcess(home, daemon, bridge);
      Runtime.getRuntime().addShutdownHook(started.hook);
      daemon.awaitReady(READY, () -> listens(home));
      return started;
    } catch (RuntimeException e) {
      bridge.delete();
      throw e;
    }
  }

  private static List<String> command(Path home, NetworkBridge bridge, List<String> more) {
    var command =
        new ArrayList<>(
            List.of(
                ExecutableFinder.find("dockerd"),
                "--config-file=" + home.resolve("daemon.json"),
                "--data-root=" + home.resolve("data"),
                "--exec-root=" + home.resolve("exec"),
                "--pidfile=" + home.resolve("docker.pid"),
                "--host=unix://" + socket(home),
                "--bridge=" + bridge.name(),
                "--default-address-pool=base=" + bridge.pool() + ",size=24",
                "--cgroup-parent=/" + bridge.name(),
                "--iptables=false",
                "--ip6tables=false",
                "--ip-masq=false",
                "--ip-forward=false",
                "--log-level=warn"));
    command.addAll(more);
    return List.copyOf(command);
  }

  /** Lets it outlive this JVM; {@link #stopIn} ends it. */
  public void leave() {
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  /** Stops the one that was started in a folder, if one was, as {@link #close} does. */
  public static void stopIn(Path folder) {
    Path home = folder.toAbsolutePath().normalize();
    Path bridge = home.resolve(BRIDGE);
    if (!Files.exists(bridge)) {
      return;
    }
    Failable.run(() -> {
      var taken = new NetworkBridge(Integer.parseInt(Files.readString(bridge)));
      DaemonProcess.adopt(home.resolve(NAME + ".pid"))
          .ifPresentOrElse(
              daemon -> new DockerdProcess(home, daemon, taken).stop(),
              () -> DockerdCleanup.clear(home, taken));
    });
  }

  public static Optional<String> hostIn(Path folder) {
    Path home = folder.toAbsolutePath().normalize();
    return DaemonProcess.adopt(home.resolve(NAME + ".pid"))
        .filter(DaemonProcess::alive)
        .map(_ -> "unix://" + socket(home));
  }

  public String host() {
    return "unix://" + socket(folder);
  }

  public DaemonProcess daemon() {
    return daemon;
  }

  public boolean alive() {
    return daemon.alive();
  }

  /** Stops it, and clears away what a daemon that was killed could not. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    stop();
  }

  private void stop() {
    if (daemon.alive()) {
      SystemTool.run("kill", "-TERM", Long.toString(daemon.pid()));
      BoundedWait.cameTrue(STOP, () -> !daemon.alive());
    }
    daemon.kill();
    DockerdCleanup.clear(folder, bridge);
  }

  private static Path socket(Path home) {
    return home.resolve("docker.sock");
  }

  private static boolean listens(Path home) {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket(home)));
    } catch (IOException e) {
      return false;
    }
  }
}
